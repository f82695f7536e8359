package io.resketch.client.cli;

import com.google.protobuf.util.Timestamps;
import io.resketch.client.ConceptWatch;
import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import io.resketch.client.files.GraphMl;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.v1.Concept;
import io.resketch.v1.ConceptMember;
import io.resketch.v1.ConceptModule;
import io.resketch.v1.ListConceptsResponse;
import io.resketch.v1.NewConcept;
import io.resketch.v1.WatchConceptsResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the concepts of a collection. */
@Command(
    name = "concepts",
    description = {
      "Groups the runs of a collection by what is alike, and says of each group how many runs it has,"
          + " from when to when, which modules nearly all of them (90 %%) have, a typical run, and how"
          + " far it drifted.",
      "",
      "Drift is the distance between the centre early and late in the group, in units of the spread of"
          + " its runs; beside it what members in random order would show.",
      "",
      "With --json, the JSON form of resketch.v1.ListConceptsResponse; with --members, one"
          + " resketch.v1.ConceptMember a line; with --watch, one resketch.v1.WatchConceptsResponse a"
          + " line."
    },
    footer = {
      "  resketch concepts --collection rooms",
      "  resketch concepts --collection rooms --count 5 --members 3",
      "  resketch concepts --collection rooms --watch"
    })
final class ConceptsCommand extends ClientCommand {
  private static final double NEARLY_ALL = 0.9;

  @Mixin private ServerOptions serverOptions;

  @Option(
      names = "--count",
      paramLabel = "K",
      defaultValue = "0",
      description = "How many concepts, 1 to 256; 0: as many as stand apart.")
  private int count;

  @Option(
      names = "--members",
      paramLabel = "CONCEPT",
      showDefaultValue = Visibility.NEVER,
      description = "List the runs of a concept instead; 0: of all.")
  private Optional<Long> members;

  @Option(
      names = "--watch",
      showDefaultValue = Visibility.NEVER,
      description = "Wait for runs that are unlike all before, until stopped.")
  private boolean watch;

  @Override
  int run() throws IOException {
    if (watch && (members.isPresent() || count != 0)) {
      throw wrongUse("--watch goes without --count and --members");
    }
    try (ResketchClient client = serverOptions.connect(this)) {
      SketchCollection collection = client.openCollection(serverOptions.collection());
      if (watch) {
        watch(collection);
      } else if (members.isPresent()) {
        for (ConceptMember member : collection.conceptMembers(count, members.get())) {
          print(
              json()
                  ? JsonLinesWriter.line(member)
                  : member.getConcept() + "  " + GraphMl.id(member.getRecord().getName()));
        }
      } else {
        list(collection.concepts(count));
      }
      return 0;
    }
  }

  private void list(ListConceptsResponse answer) throws IOException {
    if (answer.getBehind() > 0) {
      note(
          "the server has not read all yet: about "
              + answer.getBehind()
              + " runs are missing; ask again");
    }
    if (json()) {
      print(JsonLinesWriter.line(answer));
      return;
    }
    Set<String> common = common(answer.getConceptsList());
    answer.getConceptsList().forEach(concept -> print(line(concept, common)));
    if (!common.isEmpty()) {
      print("nearly all runs of every concept have: " + String.join(", ", common));
    }
    note(answer.getSketches() + " runs, " + answer.getConceptsCount() + " concepts");
  }

  private static Set<String> shared(Concept concept) {
    return concept.getModulesList().stream()
        .filter(module -> module.getShare() >= NEARLY_ALL)
        .map(ConceptModule::getModule)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> common(List<Concept> concepts) {
    Set<String> out = concepts.isEmpty() ? new TreeSet<>() : shared(concepts.get(0));
    concepts.forEach(concept -> out.retainAll(shared(concept)));
    return out;
  }

  private static String line(Concept concept, Set<String> common) {
    long size = concept.getSize();
    String out = "concept " + concept.getId() + ": " + size + (size == 1 ? " run" : " runs");
    if (concept.hasFirstTime()) {
      out += ", " + Timestamps.toString(concept.getFirstTime());
      if (!concept.getLastTime().equals(concept.getFirstTime())) {
        out += " to " + Timestamps.toString(concept.getLastTime());
      }
    }
    if (concept.hasRepresentative()) {
      out += ", such as " + GraphMl.id(concept.getRepresentative().getName());
    }
    if (size > 1) {
      out +=
          String.format(
              Locale.ROOT,
              "%n  spread %.2f, drift %.2f (by chance %.2f)",
              concept.getSpread(),
              concept.getDrift(),
              concept.getDriftByChance());
    }
    Set<String> own = shared(concept);
    own.removeAll(common);
    return out
        + (own.isEmpty()
            ? ""
            : String.format(Locale.ROOT, "%n  nearly all have: %s", String.join(", ", own)));
  }

  private void watch(SketchCollection collection) throws IOException {
    try (ConceptWatch events = collection.watchConcepts()) {
      while (events.hasNext()) {
        WatchConceptsResponse event = events.next();
        if (json()) {
          print(JsonLinesWriter.line(event));
        } else if (event.hasNewConcept()) {
          print(line(event.getNewConcept()));
        } else {
          note("watching behind " + event.getStarted().getSketches() + " runs");
        }
      }
    }
  }

  private static String line(NewConcept event) {
    return String.format(
        Locale.ROOT,
        "new concept %d: %s; distance from all before %.2f",
        event.getConcept(),
        event.getSketchesList().stream().map(GraphMl::id).collect(Collectors.joining(", ")),
        event.getDistance());
  }
}
