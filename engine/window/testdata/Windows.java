import java.io.IOException;
import java.io.PrintStream;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.time.temporal.TemporalUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRulesProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Windows writes the golden tables of this package with java.time as the judge: windows.tsv, the bounds of windows, and
 * literals.tsv, what times as written, instants and intervals mean in a zone. It follows docs/rules.md, "Time", and
 * shares no code with the Go package.
 *
 * <p>Windows and literals are drawn with a fixed seed, most of them so that a bound falls on or near a transition of the
 * zone, a month end or a leap day. Zones lie in 1900-2024, where the time-zone data of this JDK, noted in the tables,
 * and of the Go package are the same; UTC lies in the years 1-9999.
 *
 * <pre>cd engine/window/testdata && java Windows.java</pre>
 */
public class Windows {
  static final String[] ZONES = {
    "UTC", "America/Los_Angeles", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "America/Havana",
    "America/Asuncion", "America/Scoresbysund", "Europe/London", "Europe/Dublin", "Europe/Istanbul", "Asia/Tokyo",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Beirut", "Asia/Gaza", "Asia/Manila", "Australia/Lord_Howe",
    "Pacific/Apia", "Pacific/Kwajalein", "Pacific/Kiritimati", "Pacific/Chatham", "Africa/Casablanca", "Africa/Cairo",
    "Africa/Monrovia", "Antarctica/Troll", "America/Toronto", "US/Pacific", "EST5EDT", "Etc/GMT+9",
  };

  static final long SEED = 20241231;
  static final int MONTH_ENDS = 40; // drawn per zone
  static final int TRANSITIONS = 40; // ordinary ones drawn per zone; the odd ones are all in

  /** A window as written. Unused members are 0, null or "". */
  record Spec(String form, long n, String unit, long m, String unit2, String from, String to) {
    static Spec of(String form) {
      return new Spec(form, 0, "", 0, "", "", "");
    }

    static Spec of(String form, long n, String unit) {
      return new Spec(form, n, unit, 0, "", "", "");
    }

    static Spec points(String form, String from, String to) {
      return new Spec(form, 0, "", 0, "", from, to);
    }

    String text() {
      switch (form) {
        case "InLast": return "in last " + counted(n, unit);
        case "InLastFull": return "in last " + n + " full " + plural(n, unit);
        case "InNext": return "in next " + counted(n, unit);
        case "InNextFull": return "in next " + n + " full " + plural(n, unit);
        case "This": return "this " + unit;
        case "Today": return "today";
        case "Yesterday": return "yesterday";
        case "For": return "for " + counted(n, unit) + " from " + counted(m, unit2) + " ago";
        case "Between": return "between '" + from + "' and '" + to + "'";
        case "Since": return "since '" + from + "'";
        case "After": return "after '" + from + "'";
        case "Before": return "before '" + from + "'";
        case "Ago": return n + " to " + counted(m, unit) + " ago";
        case "MoreThanAgo": return "more than " + counted(n, unit) + " ago";
        default: return "ever";
      }
    }

    static String counted(long n, String unit) {
      return n + " " + plural(n, unit);
    }

    static String plural(long n, String unit) {
      return n == 1 ? unit : unit + "s";
    }
  }

  /** Half-open bounds; null is unbounded. */
  record Bounds(Instant lo, Instant hi) {}

  /** The table of windows in docs/rules.md. */
  static Bounds resolve(Spec s, Instant asOf, ZoneId zone) {
    LocalDate today = dayOf(asOf, zone);
    switch (s.form) {
      case "InLast": return new Bounds(move(asOf, -s.n, s.unit, zone), asOf);
      case "InLastFull": return new Bounds(unitStart(asOf, -s.n, s.unit, zone), unitStart(asOf, 0, s.unit, zone));
      case "InNext": return new Bounds(asOf, move(asOf, s.n, s.unit, zone));
      case "InNextFull":
        return new Bounds(unitStart(asOf, 1, s.unit, zone), unitStart(asOf, 1 + s.n, s.unit, zone));
      case "This": return new Bounds(unitStart(asOf, 0, s.unit, zone), unitStart(asOf, 1, s.unit, zone));
      case "Today": return new Bounds(start(today, zone), start(today.plusDays(1), zone));
      case "Yesterday": return new Bounds(start(today.minusDays(1), zone), start(today, zone));
      case "For": {
        if (!onDate(s.unit2)) {
          Instant lo = start(today, zone).minus(s.m, chrono(s.unit2));
          return new Bounds(lo, move(lo, s.n, s.unit, zone));
        }
        LocalDate first = plus(today, -s.m, s.unit2);
        Instant lo = start(first, zone);
        if (!onDate(s.unit)) {
          return new Bounds(lo, lo.plus(s.n, chrono(s.unit)));
        }
        return new Bounds(lo, start(plus(first, s.n, s.unit), zone));
      }
      case "Between": return new Bounds(at(s.from, zone), end(s.to, zone));
      case "Since": return new Bounds(at(s.from, zone), null);
      case "After": return new Bounds(end(s.from, zone), null);
      case "Before": return new Bounds(null, at(s.from, zone));
      case "Ago": return new Bounds(move(asOf, -s.m, s.unit, zone), move(asOf, -s.n, s.unit, zone));
      case "MoreThanAgo": return new Bounds(null, move(asOf, -s.n, s.unit, zone));
      default: return new Bounds(null, null);
    }
  }

  static Instant start(LocalDate day, ZoneId zone) {
    return day.atStartOfDay(zone).toInstant();
  }

  /** The last day that has started. It differs from the local date where the clock falls back over midnight. */
  static LocalDate dayOf(Instant t, ZoneId zone) {
    LocalDate day = t.atZone(zone).toLocalDate();
    while (!start(day.plusDays(1), zone).isAfter(t)) {
      day = day.plusDays(1);
    }
    return day;
  }

  /** LocalDateTime.atZone is the rule for gaps and overlaps; ZonedDateTime.plus would keep the later offset. */
  static Instant move(Instant t, long n, String unit, ZoneId zone) {
    if (n == 0) {
      return t;
    }
    if (!onDate(unit)) {
      return t.plus(n, chrono(unit));
    }
    return plus(LocalDateTime.ofInstant(t, zone), n, unit).atZone(zone).toInstant();
  }

  static Instant unitStart(Instant t, long n, String unit, ZoneId zone) {
    if (!onDate(unit)) {
      return t.truncatedTo(chrono(unit)).plus(n, chrono(unit));
    }
    return start(plus(firstDay(dayOf(t, zone), unit), n, unit), zone);
  }

  static LocalDate firstDay(LocalDate day, String unit) {
    switch (unit) {
      case "week": return day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
      case "month": return day.withDayOfMonth(1);
      case "quarter": return day.with(IsoFields.DAY_OF_QUARTER, 1);
      case "year": return day.withDayOfYear(1);
      default: return day;
    }
  }

  static LocalDate plus(LocalDate day, long n, String unit) {
    return plus(day.atStartOfDay(), n, unit).toLocalDate();
  }

  /** Quarters are months in one step; IsoFields.QUARTER_YEARS would clamp twice, after the years and after the months. */
  static LocalDateTime plus(LocalDateTime local, long n, String unit) {
    return unit.equals("quarter") ? local.plusMonths(3 * n) : local.plus(n, chrono(unit));
  }

  static boolean onDate(String unit) {
    return !unit.equals("second") && !unit.equals("minute") && !unit.equals("hour");
  }

  static TemporalUnit chrono(String unit) {
    return ChronoUnit.valueOf(unit.toUpperCase(Locale.ROOT) + "S");
  }

  static Instant at(String point, ZoneId zone) {
    if (!point.contains("T")) {
      return start(LocalDate.parse(point), zone);
    }
    if (point.endsWith("Z") || point.matches(".*[+-]\\d\\d:\\d\\d")) {
      return OffsetDateTime.parse(point).toInstant();
    }
    return LocalDateTime.parse(point).atZone(zone).toInstant();
  }

  static Instant end(String point, ZoneId zone) {
    if (!point.contains("T")) {
      return start(LocalDate.parse(point).plusDays(1), zone);
    }
    return at(point, zone).plus(1, ChronoUnit.MICROS);
  }

  /** The canonical text of a local time: seconds always, a fraction without trailing zeros. */
  static String text(LocalDateTime local) {
    String text = local.truncatedTo(ChronoUnit.SECONDS).format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss"));
    long micros = local.getNano() / 1000;
    return micros == 0 ? text : text + "." + String.format(Locale.ROOT, "%06d", micros).replaceAll("0+$", "");
  }

  static String instant(Instant t, String unbounded) {
    return t == null ? unbounded : text(LocalDateTime.ofInstant(t, ZoneOffset.UTC)) + "Z";
  }

  /** One zone, the years that its rows lie in, and the local times that are of interest there. */
  static class Ground {
    final String name;
    final ZoneId zone;
    final Instant from;
    final Instant to;
    final List<List<LocalDateTime>> targets = new ArrayList<>(); // of odd and ordinary transitions, and month ends
    final Random random;

    Ground(String name) {
      this.name = name;
      zone = ZoneId.of(name);
      random = new Random(SEED + name.hashCode()); // String.hashCode is specified
      // Iran's clocks of 1977-1979 were corrected in release 2025b.
      int firstYear = name.equals("Asia/Tehran") ? 1980 : 1900;
      from = Instant.parse(name.equals("UTC") ? "0001-01-01T00:00:00Z" : firstYear + "-01-01T00:00:00Z");
      to = Instant.parse(name.equals("UTC") ? "9999-12-31T00:00:00Z" : "2025-01-01T00:00:00Z");
      addTransitions();
      addMonthEnds(firstYear);
    }

    /** Odd transitions are not of an hour, or touch a midnight. */
    void addTransitions() {
      List<ZoneOffsetTransition> ordinary = new ArrayList<>();
      List<ZoneOffsetTransition> odd = new ArrayList<>();
      for (ZoneOffsetTransition t = zone.getRules().nextTransition(from); t != null && t.getInstant().isBefore(to);
          t = zone.getRules().nextTransition(t.getInstant())) {
        boolean hour = Math.abs(t.getDuration().getSeconds()) == 3600;
        LocalDate day = t.getDateTimeBefore().minus(1, ChronoUnit.MICROS).toLocalDate();
        boolean midnight = !t.getDateTimeAfter().toLocalDate().equals(day);
        (hour && !midnight ? ordinary : odd).add(t);
      }
      while (ordinary.size() > TRANSITIONS) {
        ordinary.remove(random.nextInt(ordinary.size()));
      }
      addAround(odd);
      addAround(odd); // so as to draw them more often
      addAround(ordinary);
    }

    /** The ends of both sides of gaps and overlaps, times within them, and the midnights before and after. */
    void addAround(List<ZoneOffsetTransition> transitions) {
      List<LocalDateTime> around = new ArrayList<>();
      for (ZoneOffsetTransition t : transitions) {
        LocalDateTime lower = t.isGap() ? t.getDateTimeBefore() : t.getDateTimeAfter();
        LocalDateTime upper = t.isGap() ? t.getDateTimeAfter() : t.getDateTimeBefore();
        long length = Duration.between(lower, upper).getSeconds();
        around.add(lower.minus(1, ChronoUnit.MICROS));
        around.add(lower);
        around.add(lower.plusSeconds(random.nextInt((int) length)).plus(micros(), ChronoUnit.MICROS));
        around.add(lower.plusSeconds(random.nextInt((int) length)));
        around.add(upper.minus(1, ChronoUnit.MICROS));
        around.add(upper);
        around.add(lower.toLocalDate().atStartOfDay());
        around.add(upper.toLocalDate().plusDays(1).atStartOfDay().minus(1, ChronoUnit.MICROS));
      }
      if (!around.isEmpty()) {
        targets.add(around);
      }
    }

    /** Last days of months, leap days among them, and some other times. */
    void addMonthEnds(int firstYear) {
      List<LocalDateTime> ends = new ArrayList<>();
      for (int i = 0; i < MONTH_ENDS; i++) {
        int year = firstYear + random.nextInt(2025 - firstYear);
        if (name.equals("UTC") && i % 4 == 0) {
          year = 1 + random.nextInt(9999);
        }
        int month = i % 5 == 0 ? 2 : 1 + random.nextInt(12);
        if (i % 10 == 0) {
          year = Math.max(year / 4 * 4, 4); // a leap year, mostly
        }
        LocalDate day = LocalDate.of(year, month, 1).with(TemporalAdjusters.lastDayOfMonth());
        ends.add(day.atStartOfDay());
        ends.add(day.atStartOfDay().plusSeconds(random.nextInt(86400)).plus(micros(), ChronoUnit.MICROS));
        ends.add(day.plusDays(1).atStartOfDay().minus(1, ChronoUnit.MICROS));
        ends.add(day.plusDays(random.nextInt(31)).atStartOfDay().plusSeconds(random.nextInt(86400)));
      }
      targets.add(ends);
    }

    /** No fraction for half of the times. */
    long micros() {
      return random.nextBoolean() ? 0 : random.nextInt(1_000_000);
    }

    LocalDateTime target() {
      List<LocalDateTime> kind = targets.get(random.nextInt(targets.size()));
      return kind.get(random.nextInt(kind.size()));
    }

    /** The instant of a local time, in an overlap now the first, now the second. */
    Instant either(LocalDateTime local) {
      ZonedDateTime t = local.atZone(zone);
      return (random.nextBoolean() ? t : t.withLaterOffsetAtOverlap()).toInstant();
    }

    boolean holds(Instant t) {
      return t == null || !t.isBefore(from) && t.isBefore(to);
    }
  }

  static final String[] UNITS = {"second", "minute", "hour", "day", "week", "month", "quarter", "year"};
  static final int[] COUNTS = {100_000, 100_000, 5_000, 800, 110, 40, 14, 12}; // the largest of each unit

  /** How many windows of each form and unit a zone gets; half of them count one unit. */
  static final int PER_FORM = 4;

  static void windows(Ground g, PrintStream out) {
    for (int u = 0; u < UNITS.length; u++) {
      for (int i = 0; i < PER_FORM; i++) {
        for (String form : new String[] {"InLast", "InLastFull", "InNext", "InNextFull", "MoreThanAgo"}) {
          aimed(g, Spec.of(form, i % 2 == 0 ? 1 : count(g, u), UNITS[u]), i, out);
        }
        long n = i < 2 ? 0 : count(g, u);
        aimed(g, new Spec("Ago", n, UNITS[u], n + count(g, u), "", "", ""), i, out);
      }
      for (int i = 0; i < PER_FORM / 2; i++) {
        aimed(g, Spec.of("This", 0, UNITS[u]), 1, out);
      }
      for (int m = 0; m < UNITS.length; m++) {
        long n = m % 2 == 0 ? 1 : count(g, u);
        aimed(g, new Spec("For", n, UNITS[u], u % 2 == 0 ? count(g, m) : 1, UNITS[m], "", ""), m, out);
      }
    }
    for (int i = 0; i < PER_FORM; i++) {
      aimed(g, Spec.of("Today"), 1, out);
      aimed(g, Spec.of("Yesterday"), 1, out);
    }
    aimed(g, Spec.of("Ever"), 1, out);
    for (int i = 0; i < 2; i++) {
      pointWindows(g, out);
    }
  }

  /** Every pair of kinds of times as written. */
  static void pointWindows(Ground g, PrintStream out) {
    for (int from = 0; from < KINDS; from++) {
      for (int to = 0; to < KINDS; to++) {
        LocalDateTime local = g.target();
        // A few of these are the wrong way round.
        LocalDateTime later = local.plusSeconds(g.random.nextInt(400_000) - 50_000);
        row(g, g.either(g.target()), Spec.points("Between", point(g, local, from), point(g, later, to)), out);
      }
      for (String form : new String[] {"Since", "After", "Before"}) {
        row(g, g.either(g.target()), Spec.points(form, point(g, g.target(), from), ""), out);
      }
    }
    String day = g.target().toLocalDate().toString();
    row(g, g.either(g.target()), Spec.points("Between", day, day), out);
  }

  static long count(Ground g, int unit) {
    return 1 + g.random.nextInt(g.random.nextBoolean() ? 9 : COUNTS[unit]);
  }

  /**
   * Writes a window whose as_of is a target (odd turns), or lies so that the window's count of units leads to a target
   * (even turns). It draws again where a bound leaves the years of the zone.
   */
  static void aimed(Ground g, Spec s, int turn, PrintStream out) {
    for (int tries = 0; tries < 100; tries++) {
      Instant asOf = g.either(g.target());
      if (turn % 2 == 0) {
        boolean next = s.form.startsWith("InNext");
        boolean second = s.m > 0;
        String unit = second && !s.unit2.isEmpty() ? s.unit2 : s.unit;
        long n = (second ? s.m : s.n) * (next ? -1 : 1);
        LocalDateTime local = g.target();
        asOf = onDate(unit) ? g.either(plus(local, n, unit)) : g.either(local).plus(n, chrono(unit));
      }
      if (row(g, asOf, s, out)) {
        return;
      }
    }
    throw new IllegalStateException(g.name + ": " + s.text());
  }

  static boolean row(Ground g, Instant asOf, Spec s, PrintStream out) {
    Bounds b = resolve(s, asOf, g.zone);
    if (!g.holds(asOf) || !g.holds(b.lo) || !g.holds(b.hi)) {
      return false;
    }
    line(out, g.name, instant(asOf, ""), instant(b.lo, "-inf"), instant(b.hi, "+inf"), s.form, "" + s.n, dash(s.unit),
        "" + s.m, dash(s.unit2), dash(s.from), dash(s.to), s.text());
    return true;
  }

  /** The kinds of times as written: a date, a local time, a time with an offset, a time in UTC. */
  static final int KINDS = 4;

  static String point(Ground g, LocalDateTime local, int kind) {
    switch (kind) {
      case 0: return local.toLocalDate().toString();
      case 1: return text(local);
      case 2: {
        int minutes = g.random.nextInt(4) == 0 ? 1 + g.random.nextInt(18 * 60) : 15 * (1 + g.random.nextInt(56));
        return text(local) + ZoneOffset.ofTotalSeconds((g.random.nextBoolean() ? -60 : 60) * minutes).getId();
      }
      default: return text(local) + "Z";
    }
  }

  /** A time as somebody may write it: with a space, without seconds, with zeros, with +00:00. */
  static String spelling(Ground g, String point) {
    String s = g.random.nextBoolean() ? point.replace('T', ' ') : point;
    if (g.random.nextBoolean()) {
      s = s.replaceFirst("(:\\d\\d):00(?!\\.)", "$1");
    }
    if (g.random.nextBoolean()) {
      s = s.replaceFirst("(\\.\\d{1,5})(?!\\d)", "$10");
    }
    return g.random.nextBoolean() ? s.replace("Z", "+00:00") : s;
  }

  static void literals(Ground g, PrintStream out) {
    int[] kinds = {1, 1, 1, 1, 1, 0, 2, 3}; // local times are the ones that can go wrong
    for (int i = 0; i < 9 * kinds.length; i++) {
      String point = point(g, g.target(), kinds[i % kinds.length]);
      Instant at = at(point, g.zone);
      Instant end = end(point, g.zone);
      if (g.holds(at) && g.holds(end)) {
        line(out, "point", g.name, spelling(g, point), point, instant(at, ""), instant(end, ""));
      }
    }
    for (int i = 0; i < 60; i++) {
      Instant t = g.either(g.target());
      LocalDate day = dayOf(t, g.zone);
      Instant next = start(day.plusDays(1), g.zone);
      if (g.holds(t) && g.holds(next)) {
        line(out, "day", g.name, instant(t, ""), day.toString(), instant(start(day, g.zone), ""), instant(next, ""));
      }
    }
    for (int i = 0; i < 20; i++) {
      LocalDateTime local = g.target();
      daysIn(g, g.either(local), g.either(local.plusSeconds(g.random.nextInt(i % 2 == 0 ? 100_000 : 400_000))), out);
      // Both bounds a microsecond off the start of a day, or none.
      LocalDate day = local.toLocalDate();
      Instant lo = start(day, g.zone).plus(g.random.nextInt(3) - 1, ChronoUnit.MICROS);
      Instant hi = start(day.plusDays(g.random.nextInt(4)), g.zone).plus(g.random.nextInt(3) - 1, ChronoUnit.MICROS);
      daysIn(g, lo, hi, out);
    }
    for (int i = 0; i < 8; i++) {
      Instant t = g.either(g.target());
      offsets(g, t, g.either(g.target().plusDays(i)), out);
      offsets(g, t, t.plus(1 + 300L * i, ChronoUnit.DAYS), out);
    }
  }

  /** The days that start in [lo, hi), by trying every date around. */
  static void daysIn(Ground g, Instant lo, Instant hi, PrintStream out) {
    if (!g.holds(lo) || !g.holds(hi)) {
      return;
    }
    LocalDate first = null;
    LocalDate last = null;
    LocalDate end = LocalDate.ofInstant(hi, ZoneOffset.UTC).plusDays(4);
    for (LocalDate d = LocalDate.ofInstant(lo, ZoneOffset.UTC).minusDays(4); d.isBefore(end); d = d.plusDays(1)) {
      if (!start(d, g.zone).isBefore(lo) && start(d, g.zone).isBefore(hi)) {
        first = first == null ? d : first;
        last = d;
      }
    }
    String none = "none";
    line(out, "days", g.name, instant(lo, ""), instant(hi, ""), first == null ? none : first.toString(),
        first == null ? none : last.toString());
  }

  /** The offset at lo, and the transitions after it and before hi, as instant=seconds. */
  static void offsets(Ground g, Instant lo, Instant hi, PrintStream out) {
    if (!g.holds(lo) || !g.holds(hi) || !lo.isBefore(hi)) {
      return;
    }
    StringBuilder list = new StringBuilder();
    list.append(instant(lo, "")).append('=').append(g.zone.getRules().getOffset(lo).getTotalSeconds());
    for (ZoneOffsetTransition t = g.zone.getRules().nextTransition(lo); t != null && t.getInstant().isBefore(hi);
        t = g.zone.getRules().nextTransition(t.getInstant())) {
      list.append(' ').append(instant(t.getInstant(), "")).append('=').append(t.getOffsetAfter().getTotalSeconds());
    }
    line(out, "offsets", g.name, instant(lo, ""), instant(hi, ""), list.toString());
  }

  /** Whole numbers where a time is wanted are unix seconds. */
  static void unixSeconds(PrintStream out) {
    Random random = new Random(SEED);
    long first = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
    long last = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    List<Long> all = new ArrayList<>(List.of(first, first + 1, -1L, 0L, 1L, 951_782_400L, 1_700_000_000L, last - 1, last));
    for (int i = 0; i < 60; i++) {
      all.add(i % 2 == 0 ? random.nextInt() : first + (long) (random.nextDouble() * (last - first)));
    }
    for (long seconds : all) {
      line(out, "unix", "UTC", "" + seconds, instant(Instant.ofEpochSecond(seconds), ""));
    }
  }

  static String dash(String s) {
    return s.isEmpty() ? "-" : s;
  }

  static void line(PrintStream out, String... cells) {
    out.print(String.join("\t", cells) + "\n");
  }

  static PrintStream table(String name, String... comments) throws IOException {
    PrintStream out = new PrintStream(name, "UTF-8");
    for (String comment : comments) {
      out.print("# " + comment + "\n");
    }
    out.print("# Written by Windows.java, time-zone data " + ZoneRulesProvider.getVersions("UTC").lastEntry().getKey()
        + ". All instants are UTC.\n");
    return out;
  }

  public static void main(String[] args) throws IOException {
    try (PrintStream windows = table("windows.tsv",
            "Bounds of windows by java.time: the judge of Spec.Resolve and Spec.String.",
            "- is an unused member. The last column is the canonical text.",
            "zone\tas_of\tlo\thi\tform\tn\tunit\tm\tunit2\tfrom\tto\ttext");
        PrintStream literals = table("literals.tsv",
            "Times as written, instants and intervals by java.time.",
            "unix\tUTC\tseconds\tcanonical text",
            "point\tzone\ta spelling\tcanonical text\tinstant\tend",
            "day\tzone\tinstant\tits local day\tstart of that day\tstart of the next",
            "days\tzone\tlo\thi\tfirst day that starts in [lo, hi)\tlast",
            "offsets\tzone\tlo\thi\tinstant=seconds east of UTC, from lo on and at each change before hi")) {
      unixSeconds(literals);
      for (String name : ZONES) {
        Ground g = new Ground(name);
        windows(g, windows);
        literals(g, literals);
      }
    }
  }
}
