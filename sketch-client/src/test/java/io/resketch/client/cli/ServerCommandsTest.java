package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.resketch.client.MemoryServer;
import io.resketch.client.ResketchClient;
import io.resketch.v1.AggregateStatisticsRequest.CalendarUnit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;

final class ServerCommandsTest {
  @TempDir private Path folder;
  private MemoryServer server;

  @BeforeEach
  void start() throws IOException {
    server = new MemoryServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Path write(String... lines) throws IOException {
    Path file = folder.resolve("graphs.jsonl");
    return Files.writeString(file, String.join("\n", lines));
  }

  private static String run(String id, double x) {
    return ("{'id':'%s','time':'2026-11-23T08:00:00Z','objects':[{'id':'a','module':'cat',"
            + "'attributes':{'dense':{'values':[%s,0.5]}}}],'roots':[{'object':'a','weight':1}]}")
        .formatted(id, x)
        .replace('\'', '"');
  }

  private CliRun onServer(String command, String... more) {
    List<String> args = new ArrayList<>(List.of(command));
    args.addAll(Arrays.asList(more));
    args.addAll(List.of("--server", server.target(), "--collection", "rooms"));
    return CliRun.of(args.toArray(String[]::new));
  }

  private CliRun put(String... lines) throws IOException {
    return onServer("put", write(lines).toString(), "--create", "--dimension", "1024");
  }

  private static JsonObject json(CliRun run) {
    return JsonParser.parseString(run.out()).getAsJsonObject();
  }

  @Test
  void put_storesAll() throws IOException {
    CliRun run = put(run("run-1", 0.5), run("run-2", 0.6), "", run("run-3", -0.5));
    assertThat(run).isEqualTo(new CliRun(0, "3 stored, 0 failed\n", ""));
    assertThat(server.stored()).isEqualTo(3);
  }

  @Test
  void put_refusedItem_isReportedAndTheOthersAreStored() throws IOException {
    String bad = "{\"id\":\"run-2\"}";
    CliRun run = put(run("run-1", 0.5), bad, run("run-3", 0.5));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEqualTo("2 stored, 1 failed\n");
    assertThat(run.err()).contains("line 2 (run-2): INVALID_ARGUMENT", "objects: is empty");
    JsonObject report = json(onServer("put", write(run("run-1", 0.5), bad).toString(), "--json"));
    assertThat(report.get("stored").getAsInt()).isEqualTo(1);
    JsonObject error = report.getAsJsonArray("errors").get(0).getAsJsonObject();
    assertThat(error.get("id").getAsString()).isEqualTo("run-2");
    assertThat(error.get("code").getAsString()).isEqualTo("INVALID_ARGUMENT");
  }

  @Test
  void put_createOfWhatIsAllRefused_leavesNoCollection_butOneThatWasThere() throws IOException {
    String bad = "{\"id\":\"run-2\"}";
    assertThat(put(bad, bad).out()).isEqualTo("0 stored, 2 failed\n");
    assertThat(onServer("put", write(run("run-1", 0.5)).toString()).err()).contains("NOT_FOUND");
    assertThat(put("{\"id\":").code()).isEqualTo(1);
    assertThat(onServer("put", write(run("run-1", 0.5)).toString()).err()).contains("NOT_FOUND");
    put(run("run-1", 0.5));
    assertThat(put(bad).code()).isEqualTo(1);
    assertThat(onServer("put", write(run("run-3", 0.5)).toString()).code()).isZero();
  }

  @Test
  void put_malformedLine_stopsAfterWhatIsBeforeIt() throws IOException {
    CliRun run = put(run("run-1", 0.5), "{\"id\":", run("run-3", 0.5));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEqualTo("1 stored, 0 failed\n");
    assertThat(run.err()).contains("graphs.jsonl:2: ");
    assertThat(server.stored()).isEqualTo(1);
  }

  @Test
  void put_intoMissingCollection_fails() throws IOException {
    CliRun run = onServer("put", write(run("run-1", 0.5)).toString());
    assertThat(run)
        .isEqualTo(new CliRun(1, "", "resketch: NOT_FOUND: collections/rooms does not exist\n"));
  }

  @Test
  void put_createWithLabelsOfRollUps_asksTheServerSo() throws IOException {
    CliRun run =
        onServer(
            "put",
            write(run("run-1", 0.5)).toString(),
            "--create",
            "--rollup-label",
            "camera",
            "--rollup-label",
            "floor");
    assertThat(run.code()).isZero();
    try (ResketchClient client = ResketchClient.connect(server.target())) {
      assertThat(client.openCollection("rooms").describe().getRollupLabelsList())
          .containsExactly("camera", "floor");
    }
  }

  @Test
  void put_createWithAnotherSpec_fails() throws IOException {
    put(run("run-1", 0.5));
    CliRun run = onServer("put", folder.resolve("graphs.jsonl").toString(), "--create");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("ALREADY_EXISTS").hasLineCount(1);
  }

  @Test
  void search_byIdAndByComputation() throws IOException {
    put(run("run-1", 0.5), run("run-2", 0.6), run("run-3", -0.5));
    CliRun byId = onServer("search", "--id", "run-1", "-k", "1");
    assertThat(byId.code()).isZero();
    assertThat(byId.out()).matches("0\\.9\\d+  run-2  2026-11-23T08:00:00Z\n");
    assertThat(byId.err())
        .startsWith(
            "not exact: 3 runs were compared in full, chosen by the graph of the index, which")
        .contains("found 99.4 % of the nearest", "--exact compares every run");
    assertThat(onServer("search", "--id", "run-1", "--exact").err()).isEmpty();
    CliRun similar = onServer("search", "--id", "run-1", "--min-cosine", "0.9");
    assertThat(similar.out()).contains("run-2").doesNotContain("run-3");
    CliRun impossible = onServer("search", "--id", "run-1", "--min-cosine", "1.5");
    assertThat(impossible.code()).isEqualTo(2);
    assertThat(impossible.err()).contains("--min-cosine: 1.5 must be -1 to 1");
    Path query = Files.writeString(folder.resolve("query.jsonl"), run("", -0.4));
    JsonObject hits =
        json(onServer("search", "--computation", query.toString(), "--json", "--prefix", "512"));
    assertThat(hits.get("exact").getAsBoolean()).isFalse();
    assertThat(hits.get("method").getAsString()).isEqualTo("METHOD_GRAPH");
    JsonObject first = hits.getAsJsonArray("hits").get(0).getAsJsonObject();
    assertThat(first.get("id").getAsString()).isEqualTo("run-3");
    assertThat(onServer("search", "--id", "none").err())
        .contains("NOT_FOUND: collections/rooms/sketches/none does not exist");
    Path two = write(run("a", 1), run("b", 1));
    assertThat(onServer("search", "--computation", two.toString()).err())
        .contains("graphs.jsonl:2: is a second computation");
  }

  @Test
  void stats_printsATableWithIntervals() throws IOException {
    put(run("run-1", 0.5));
    CliRun run = onServer("stats", "--bucket", "60s");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .isEqualTo(
            """
            start                 sketches          cat  dog
            2026-11-18T11:06:40Z         1  6.97 ± 0.10    ?
            ? dog: never seen as a root
            counted by the linear fit of all modules: 1 line
            """);
    JsonObject bucket =
        json(onServer("stats", "--json", "--modules", "cat,dog"))
            .getAsJsonArray("buckets")
            .get(0)
            .getAsJsonObject();
    assertThat(bucket.toString())
        .contains("\"count\":6.97,\"standardError\":0.05", "\"reason\":\"never seen as a root\"");
  }

  @Test
  void stats_areGrouped_andSayWhatTheyComeFrom() throws IOException {
    put(run("run-1", 0.5));
    assertThat(onServer("stats", "--by", "hour-of-day", "--utc-offset", "-3").out())
        .startsWith("hour  sketches          cat  dog\n07           1  6.97 ± 0.10    ?\n");
    assertThat(onServer("stats", "--by", "weekday").out()).contains("\nmonday  ");
    assertThat(onServer("stats", "--by", "label:camera").out()).contains("\ndoor   ");
    JsonObject bucket =
        json(onServer("stats", "--json", "--presence", "--means", "--max-error", "0.1"))
            .getAsJsonArray("buckets")
            .get(0)
            .getAsJsonObject();
    assertThat(bucket.toString())
        .contains("\"source\":\"ROLL_UPS\",\"cellsRead\":3,\"sketchesRead\":0")
        .contains("\"present\":5,\"presenceNotDetermined\":2")
        .contains("\"mean\":{\"determined\":true,\"values\":[0.5],\"standardErrors\":[0.1]}")
        .contains("\"secondMoment\":{\"determined\":false,\"reason\":\"a sum\"}");
    assertThat(onServer("stats", "--by", "month").err()).contains("--by month is unknown");
    assertThat(onServer("stats", "--utc-offset", "1").err()).contains("--utc-offset goes with");
    assertThat(onServer("stats", "--by", "weekday", "--bucket", "1h").code()).isEqualTo(2);
    assertThat(onServer("stats", "--means").err()).contains("go with --json");
  }

  @Test
  void stats_inATimeZone_showItsClocks_andPassItOn() throws IOException {
    put(run("run-1", 0.5));
    assertThat(onServer("stats", "--bucket", "month", "--time-zone", "Asia/Kolkata").out())
        .contains("\n2026-11-18T16:36:40+05:30 ");
    JsonObject out =
        json(onServer("stats", "--bucket", "15m", "--time-zone", "Europe/Berlin", "--json"));
    assertThat(out.get("timeZone").getAsString()).isEqualTo("Europe/Berlin");
    assertThat(out.getAsJsonArray("buckets").get(0).getAsJsonObject().get("start").getAsString())
        .isEqualTo("2026-11-18T12:06:40+01:00");
    onServer("stats", "--by", "weekday", "--time-zone", "Europe/Berlin");
    onServer("stats", "--by", "hour-of-day", "--utc-offset", "+05:30");
    onServer("stats", "--bucket", "1d", "--empty-buckets");
    var asked = server.statistics();
    assertThat(asked.get(0).getCalendarUnit()).isEqualTo(CalendarUnit.CALENDAR_UNIT_MONTH);
    assertThat(asked.get(0).getTimeZone()).isEqualTo("Asia/Kolkata");
    assertThat(asked.get(1).getBucket().getSeconds()).isEqualTo(900);
    assertThat(asked.get(2).getTimeZone()).isEqualTo("Europe/Berlin");
    assertThat(asked.get(3).getUtcOffset().getSeconds()).isEqualTo(19_800);
    assertThat(asked.get(4).getIncludeEmptyBuckets()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --bucket month --time-zone berlin | did you mean Europe/Berlin?
          --bucket month --time-zone +01:00 | is not a time zone of the IANA database; write an id
          --time-zone Europe/Berlin | --time-zone goes with --bucket
          --by label:x --time-zone Europe/Berlin | --time-zone goes with --bucket
          --by weekday --time-zone UTC --utc-offset 1 | leave one out
          --by weekday --utc-offset 19 | must be -18 to 18 hours
          --by weekday --utc-offset 5.5 | is not an offset; write hours such as 2 or -3, or +05:30
          --bucket 1w | is not a length of time; write 500ms, 60s, 15m, 1h, 1d, day, week, month
          --empty-buckets | --empty-buckets goes with --bucket
          --start 2026-02-30T00:00:00Z | February 2026 has the days 1 to 28; correct the date
          --end 2026-01-01T24:00:00Z | has an hour of 0 to 23 only
          --end 2026-01-01T00:00:00 | has no zone; add Z for UTC
          """)
  void stats_wrongTimesAndZones_areToldWithTheRemedy(String options, String message) {
    CliRun run = onServer("stats", options.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }

  @Test
  void statsNamesWhatDominatesAndWhatIsApart_andLeavesOut() throws IOException {
    CliRun put = onServer("put", write(run("loud", 0.5), run("lost", 1)).toString(), "--create");
    assertThat(put.err())
        .contains("warning: item 0 (loud): objects[a].attributes: the norm 1000 is above 1; scale");
    assertThat(onServer("stats", "--bucket", "60s").out())
        .contains("note: lost of 2026-11-23T08:00:00Z is far from all others in time")
        .contains("note: loud has 99.5 % of the energy of a sum")
        .doesNotContain("left out");
    assertThat(onServer("stats", "--leave-out", "loud").out())
        .contains("left out of the counts: loud")
        .doesNotContain("energy");
    JsonObject out = json(onServer("stats", "--leave-out-dominant", "--json"));
    assertThat(out.toString())
        .contains("\"leftOut\":[\"loud\"]")
        .contains("\"apart\":[{\"id\":\"lost\"")
        .contains("\"dominant\":[],\"dominanceKnown\":true");
  }

  @Test
  void decode_asksTheServer() throws IOException {
    put(run("run-1", 0.25));
    CliRun run = onServer("decode", "--id", "run-1");
    assertThat(run.code()).isZero();
    float x =
        json(run)
            .getAsJsonArray("objects")
            .get(0)
            .getAsJsonObject()
            .getAsJsonObject("attributes")
            .getAsJsonObject("dense")
            .getAsJsonArray("values")
            .get(0)
            .getAsFloat();
    assertThat(x).isBetween(0.2499f, 0.2501f);
    assertThat(onServer("decode", "--id", "none").code()).isEqualTo(1);
  }

  @Test
  void list_showsCollectionsAndRuns() throws IOException {
    put(run("run-1", 0.25), run("run-2", 0.5), run("run-3", 0.5));
    assertThat(onServer("list").out())
        .isEqualTo(
            """
            run-1  2026-11-23T08:00:00Z
            run-2  2026-11-23T08:00:00Z
            run-3  2026-11-23T08:00:00Z
            """);
    CliRun all = CliRun.of("list", "--server", server.target());
    assertThat(all.out()).startsWith("rooms  ").hasLineCount(1);
    assertThat(json(CliRun.of("list", "--server", server.target(), "--json")).get("id"))
        .hasToString("\"rooms\"");
    assertThat(CliRun.of("list", "--server", server.target(), "--filter", "id = a").code())
        .isEqualTo(2);
  }

  @Test
  void delete_takesRunsOut_andSaysWhichWereNotThere() throws IOException {
    put(run("run-1", 0.25), run("run-2", 0.5));
    assertThat(onServer("delete", "run-1", "none").out())
        .isEqualTo("1 deleted, 1 were not there\n");
    assertThat(server.stored()).isEqualTo(1);
    assertThat(onServer("delete").code()).isEqualTo(2);
    assertThat(onServer("delete", "run-1", "--all").code()).isEqualTo(2);
  }

  @Test
  void explain_namesPairsOfObjects_orModules() throws IOException {
    put(run("run-1", 0.25), run("run-2", 0.5));
    assertThat(onServer("explain", "run-1", "run-2").out())
        .isEqualTo("cosine 0.7500\n+0.5000  a (cat) with b (cat)\n");
    assertThat(onServer("explain", "run-1", "run-1").out())
        .isEqualTo("cosine 0.7500\n+0.5000 ± 0.1000  cat\n?  dog: within 2 standard errors of 0\n");
    assertThat(json(onServer("explain", "run-1", "run-2", "--json")).get("cosine").getAsDouble())
        .isEqualTo(0.75);
  }

  @Test
  void search_byObject_withAFilter_asksTheServerSo() throws IOException {
    put(run("run-1", 0.25), run("run-2", 0.5));
    CliRun found =
        onServer(
            "search",
            "--id",
            "run-1",
            "--object",
            "a",
            "--exact",
            "--filter",
            "label.camera = door");
    assertThat(found.code()).isZero();
    assertThat(server.searches())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.getObject().getObjectId()).isEqualTo("a");
              assertThat(request.getObject().getSketchName())
                  .isEqualTo("collections/rooms/sketches/run-1");
              assertThat(request.getFilter()).isEqualTo("label.camera = door");
              assertThat(request.getExact()).isTrue();
            });
    Path query = Files.writeString(folder.resolve("query.jsonl"), run("", -0.4));
    assertThat(onServer("search", "--computation", query.toString(), "--object", "a").code())
        .isEqualTo(2);
  }

  @Test
  void retention_isSet_shown_andTakenOff() throws IOException {
    put(run("run-1", 0.25));
    assertThat(onServer("retention").out()).isEqualTo("sketches are kept as they are\n");
    String rules =
        "after 7 days: keep 50.0 %\nafter 12 hours: keep 12.5 %\nafter 365 days: delete\n";
    assertThat(onServer("retention", "7d=50%", "12h=12.5%", "365d=delete").out()).isEqualTo(rules);
    assertThat(onServer("retention").out()).isEqualTo(rules);
    assertThat(onServer("retention", "--none").out()).contains("kept as they are");
    assertThat(onServer("retention", "7d=500%").err()).contains("'7d=500%' is not a rule");
    assertThat(onServer("retention", "soon=50%").code()).isEqualTo(2);
    assertThat(onServer("retention", "7d=50%", "--none").code()).isEqualTo(2);
  }

  @Test
  void index_isSet_shown_andTakenOff() throws IOException {
    put(run("run-1", 0.25));
    assertThat(onServer("index").out()).isEqualTo("indexed by the default number of floats\n");
    assertThat(onServer("index", "--prefix", "256").out())
        .isEqualTo("indexed by the first 256 floats\n");
    assertThat(onServer("index").out()).isEqualTo("indexed by the first 256 floats\n");
    assertThat(onServer("index", "--off").out()).contains("searches compare every sketch");
    assertThat(onServer("index", "--json").out()).contains("\"disabled\":true");
    assertThat(onServer("index", "--off", "--prefix", "256").code()).isEqualTo(2);
  }

  @Test
  void related_printsRelations_andWritesTheGraph() throws Exception {
    put(run("run-1", 0.25), run("run-2", 0.5));
    Path graph = folder.resolve("g.graphml");
    CliRun run = onServer("related", "--id", "run-1", "-o", graph.toString());
    assertThat(run.out()).isEqualTo("run-1  run-2  0.5000  a (cat) 0.9000\n");
    var document =
        DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(graph.toFile());
    assertThat(document.getElementsByTagName("node").getLength()).isEqualTo(2);
    var edge = (Element) document.getElementsByTagName("edge").item(0);
    assertThat(edge.getAttribute("target")).isEqualTo("run-2");
    assertThat(edge.getTextContent()).contains("0.5", "a (cat) 0.9000");
    assertThat(document.getElementsByTagName("node").item(0).getTextContent())
        .contains("a<b=x\uFFFDy");
  }
}
