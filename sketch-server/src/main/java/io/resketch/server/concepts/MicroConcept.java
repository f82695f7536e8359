package io.resketch.server.concepts;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import java.util.ArrayList;
import java.util.List;

/**
 * Sketches that are close together, as sums: a clustering feature of BIRCH (Zhang, Ramakrishnan,
 * Livny 1996) with time. With x the members' first floats at norm 1 and t their times in seconds it
 * holds n, the mean of x, Σ‖x − x̄‖², and for the drift t̄, Σ(t − t̄)² and Σ(t − t̄)(x − x̄). Sums
 * of two of them are those of their union. A member with fewer floats than the mean counts, but
 * does not move it. Not thread-safe.
 */
final class MicroConcept {
  private static final int REPRESENTATIVES = 3;

  private record Representative(String id, double distance) {}

  private final long id;
  private long size;

  /** Members that moved the mean. */
  private long whole;

  private float[] mean;
  private double energy;
  private double scatter;

  private long timed;
  private double meanTime;
  private double timeScatter;
  private float[] timeCovariance;
  private Timestamp first;
  private Timestamp last;

  /** Nearest first. */
  private final List<Representative> representatives;

  /** The novelty that its first sketch began or joined, until that is known; else 0. */
  private long novelty;

  /**
   * Of one sketch.
   *
   * @param id above those of all that are older
   */
  MicroConcept(long id, Sample founder, long novelty) {
    this.id = id;
    this.novelty = novelty;
    mean = founder.unit().clone();
    timeCovariance = new float[mean.length];
    energy = 1;
    size = 1;
    whole = 1;
    representatives = new ArrayList<>(List.of(new Representative(founder.id(), 0)));
    addTime(founder);
  }

  MicroConcept(MicroConcept other) {
    id = other.id;
    size = other.size;
    whole = other.whole;
    mean = other.mean.clone();
    energy = other.energy;
    scatter = other.scatter;
    timed = other.timed;
    meanTime = other.meanTime;
    timeScatter = other.timeScatter;
    timeCovariance = other.timeCovariance.clone();
    first = other.first;
    last = other.last;
    representatives = new ArrayList<>(other.representatives);
    novelty = other.novelty;
  }

  long id() {
    return id;
  }

  long size() {
    return size;
  }

  /** Null if no member has a time. */
  Timestamp first() {
    return first;
  }

  /** Null if no member has a time. */
  Timestamp last() {
    return last;
  }

  float[] mean() {
    return mean;
  }

  long novelty() {
    return novelty;
  }

  void setNovelty(long novelty) {
    this.novelty = novelty;
  }

  /** Ids of members, nearest to the centre first; nearest when they joined. */
  List<String> representatives() {
    return representatives.stream().map(Representative::id).toList();
  }

  double squaredDistance(Sample sample) {
    return Vectors.squaredDistance(sample.unit(), 1, mean, energy);
  }

  /** By how much the scatter of two sets grows when they become one (Ward 1963). */
  static double cost(long n, long m, double squaredDistance) {
    return (double) n * m / (n + m) * squaredDistance;
  }

  /** The cost of becoming one with another. */
  double cost(MicroConcept other) {
    return cost(size, other.size, Vectors.squaredDistance(mean, energy, other.mean, other.energy));
  }

  void add(Sample sample) {
    size++;
    double distance = squaredDistance(sample);
    float[] x = sample.unit();
    if (x.length >= mean.length) {
      double scale = x.length == mean.length ? 1 : 1 / Math.sqrt(Vectors.dot(x, x, mean.length));
      whole++;
      for (int i = 0; i < mean.length; i++) {
        mean[i] += (float) ((scale * x[i] - mean[i]) / whole);
      }
      energy = Vectors.dot(mean, mean, mean.length);
      scatter += cost(1, whole - 1, distance);
      propose(new Representative(sample.id(), squaredDistance(sample)));
    }
    addTime(sample);
  }

  private void propose(Representative one) {
    int place = representatives.size();
    while (place > 0 && representatives.get(place - 1).distance() > one.distance()) {
      place--;
    }
    representatives.add(place, one);
    if (representatives.size() > REPRESENTATIVES) {
      representatives.remove(REPRESENTATIVES);
    }
  }

  private void addTime(Sample sample) {
    Timestamp time = sample.time();
    if (time == null) {
      return;
    }
    span(time, time);
    double t = time.getSeconds() + time.getNanos() * 1e-9;
    timed++;
    double ahead = timed == 1 ? 0 : t - meanTime;
    meanTime = timed == 1 ? t : meanTime + ahead / timed;
    timeScatter += ahead * (t - meanTime);
    if (sample.unit().length == mean.length) {
      for (int i = 0; i < mean.length; i++) {
        timeCovariance[i] += (float) (ahead * (sample.unit()[i] - mean[i]));
      }
    }
  }

  private void span(Timestamp from, Timestamp to) {
    if (first == null || Timestamps.compare(from, first) < 0) {
      first = from;
    }
    if (last == null || Timestamps.compare(to, last) > 0) {
      last = to;
    }
  }

  /**
   * Takes a member out, of which no more than its id is known: as if it had been at the centre in
   * space and time, with its part of the scatter.
   *
   * @return whether there is still a representative
   */
  boolean remove(String member) {
    size--;
    if (whole > 1) {
      double kept = (whole - 1.0) / whole;
      whole--;
      scatter *= kept;
      timeScatter *= kept;
      for (int i = 0; i < mean.length; i++) {
        timeCovariance[i] *= (float) kept;
      }
      timed = Math.min(timed, size);
    }
    representatives.removeIf(one -> one.id().equals(member));
    return !representatives.isEmpty();
  }

  /** Becomes the union with another. Of different lengths, the centre is that of the longer. */
  void absorb(MicroConcept other) {
    size += other.size;
    if (other.mean.length > mean.length) {
      mean = other.mean.clone();
      timeCovariance = other.timeCovariance.clone();
      whole = other.whole;
      energy = other.energy;
      scatter = other.scatter;
      timeScatter = other.timeScatter;
      meanTime = other.meanTime;
      timed = other.timed;
    } else if (other.mean.length == mean.length) {
      absorbSums(other);
    }
    if (other.first != null) {
      span(other.first, other.last);
    }
    other.representatives.forEach(this::propose);
    novelty = novelty == 0 || other.novelty == 0 ? 0 : Math.min(novelty, other.novelty);
  }

  private void absorbSums(MicroConcept other) {
    double apart = Vectors.squaredDistance(mean, energy, other.mean, other.energy);
    scatter += other.scatter + cost(whole, other.whole, apart);
    double ahead = timed == 0 || other.timed == 0 ? 0 : other.meanTime - meanTime;
    double both =
        timed == 0 || other.timed == 0 ? 0 : (double) timed * other.timed / (timed + other.timed);
    double part = (double) other.whole / (whole + other.whole);
    for (int i = 0; i < mean.length; i++) {
      double step = other.mean[i] - mean[i];
      timeCovariance[i] += (float) (other.timeCovariance[i] + both * ahead * step);
      mean[i] += (float) (part * step);
    }
    energy = Vectors.dot(mean, mean, mean.length);
    timeScatter += other.timeScatter + both * ahead * ahead;
    meanTime = timed == 0 ? other.meanTime : meanTime + ahead * other.timed / (timed + other.timed);
    timed += other.timed;
    whole += other.whole;
  }

  /** Root mean square distance of the members from the centre; members have norm 1. */
  double spread() {
    return Math.sqrt(scatter / whole);
  }

  /** How the centre moved over time; see {@link Concept#drift}. */
  double drift() {
    double spread = spread();
    double norm = Math.sqrt(Vectors.dot(timeCovariance, timeCovariance, timeCovariance.length));
    return spread == 0 ? 0 : perSecond() * norm / spread;
  }

  /** What the drift would be of members in random order. */
  double driftByChance() {
    return scatter == 0 ? 0 : perSecond() * Math.sqrt(timeScatter);
  }

  /**
   * a of L − E = a Σ(t − t̄)(x − x̄), E and L the centres with weights falling and rising in time.
   */
  private double perSecond() {
    if (timed < 2 || timeScatter == 0) {
      return 0;
    }
    double before = meanTime - (first.getSeconds() + first.getNanos() * 1e-9);
    double after = last.getSeconds() + last.getNanos() * 1e-9 - meanTime;
    return before <= 0 || after <= 0 ? 0 : (1 / before + 1 / after) / timed;
  }
}
