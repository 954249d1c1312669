import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.time.temporal.TemporalUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Windows writes the golden table of window bounds, windows.tsv, with java.time as the judge. It follows the table in
 * docs/rules.md, "Time", row by row, and shares no code with the Go package.
 *
 * <p>Everything lies in 1970-2024 and in zones whose history there is settled, so that the time-zone data of any recent
 * JDK gives the same table. Rows with a bound outside those years are left out.
 *
 * <pre>cd engine/window/testdata && java Windows.java > windows.tsv</pre>
 */
public class Windows {
  static final String[] ZONES = {
    "UTC", "America/Los_Angeles", "America/Sao_Paulo", "America/St_Johns", "America/Havana", "America/Asuncion",
    "Europe/Dublin", "Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kwajalein", "Africa/Casablanca", "Africa/Monrovia",
  };
  static final Instant FROM = Instant.parse("1970-01-01T00:00:00Z");
  static final Instant TO = Instant.parse("2025-01-01T00:00:00Z");
  static final int WINDOWS_PER_AS_OF = 5;

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
        case "InLast": return "in last " + count(n, unit);
        case "InLastFull": return "in last " + n + " full " + plural(n, unit);
        case "InNext": return "in next " + count(n, unit);
        case "InNextFull": return "in next " + n + " full " + plural(n, unit);
        case "This": return "this " + unit;
        case "Today": return "today";
        case "Yesterday": return "yesterday";
        case "For": return "for " + count(n, unit) + " from " + count(m, unit2) + " ago";
        case "Between": return "between '" + from + "' and '" + to + "'";
        case "Since": return "since '" + from + "'";
        case "After": return "after '" + from + "'";
        case "Before": return "before '" + from + "'";
        case "Ago": return n + " to " + count(m, unit) + " ago";
        case "MoreThanAgo": return "more than " + count(n, unit) + " ago";
        default: return "ever";
      }
    }

    static String count(long n, String unit) {
      return n + " " + plural(n, unit);
    }

    static String plural(long n, String unit) {
      return n == 1 ? unit : unit + "s";
    }
  }

  /** Half-open bounds; null is unbounded. */
  record Bounds(Instant lo, Instant hi) {}

  /** The table of docs/rules.md. */
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
    return LocalDateTime.ofInstant(t, zone).plus(n, chrono(unit)).atZone(zone).toInstant();
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
    return day.plus(n, chrono(unit));
  }

  static boolean onDate(String unit) {
    return !unit.equals("second") && !unit.equals("minute") && !unit.equals("hour");
  }

  static TemporalUnit chrono(String unit) {
    return unit.equals("quarter") ? IsoFields.QUARTER_YEARS : ChronoUnit.valueOf(unit.toUpperCase(Locale.ROOT) + "S");
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

  /** Windows that do not depend on a particular as_of. */
  static List<Spec> relativeSpecs() {
    List<Spec> specs = new ArrayList<>();
    String[] units = {"second", "minute", "hour", "day", "week", "month", "quarter", "year"};
    long[][] counts = {{1, 90}, {1, 45}, {1, 36}, {1, 30}, {1, 6}, {1, 7}, {1, 3}, {1, 4}};
    for (int i = 0; i < units.length; i++) {
      for (long n : counts[i]) {
        for (String form : new String[] {"InLast", "InLastFull", "InNext", "InNextFull", "MoreThanAgo"}) {
          specs.add(Spec.of(form, n, units[i]));
        }
      }
      specs.add(Spec.of("This", 0, units[i]));
      specs.add(new Spec("Ago", 0, units[i], 1, "", "", ""));
      specs.add(new Spec("Ago", 1, units[i], 3, "", "", ""));
      specs.add(new Spec("For", counts[i][1], units[i], 1, "day", "", ""));
      specs.add(new Spec("For", 2, units[i], 1, "month", "", ""));
      specs.add(new Spec("For", 1, "day", counts[i][1], units[i], "", ""));
      specs.add(new Spec("For", 1, "month", 2, units[i], "", ""));
      specs.add(new Spec("For", 1, units[i], 1, units[i], "", ""));
    }
    specs.add(Spec.of("Today"));
    specs.add(Spec.of("Yesterday"));
    specs.add(Spec.of("Ever"));
    return specs;
  }

  /** Windows with times as written around a local time: as dates, as local times, as times with an offset. */
  static List<Spec> pointSpecs(LocalDateTime local) {
    String day = local.toLocalDate().toString();
    String later = local.toLocalDate().plusDays(3).toString();
    String time = text(local);
    String next = text(local.plusMinutes(90));
    String zoned = time + "+05:30";
    return List.of(
        Spec.points("Between", day, later),
        Spec.points("Between", day, day),
        Spec.points("Between", time, next),
        Spec.points("Between", time, later),
        Spec.points("Between", zoned, next),
        Spec.points("Since", day, ""),
        Spec.points("Since", time, ""),
        Spec.points("After", day, ""),
        Spec.points("After", time, ""),
        Spec.points("After", zoned, ""),
        Spec.points("Before", day, ""),
        Spec.points("Before", time, ""));
  }

  /** The canonical text of a local time: seconds always, a fraction without trailing zeros. */
  static String text(LocalDateTime local) {
    String text = local.truncatedTo(ChronoUnit.SECONDS).format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss"));
    long micros = local.getNano() / 1000;
    return micros == 0 ? text : text + "." + String.format(Locale.ROOT, "%06d", micros).replaceAll("0+$", "");
  }

  /** as_of values where calendars go wrong. */
  static TreeSet<Instant> asOfs(ZoneId zone) {
    TreeSet<Instant> at = new TreeSet<>();
    List<ZoneOffsetTransition> transitions = new ArrayList<>();
    for (ZoneOffsetTransition t = zone.getRules().nextTransition(FROM); t != null && t.getInstant().isBefore(TO);
        t = zone.getRules().nextTransition(t.getInstant())) {
      transitions.add(t);
    }
    for (int i = 0; i < transitions.size(); i++) {
      // All transitions would be too many. Keep some of both kinds, and every one that is not of an hour or two.
      long shift = Math.abs(transitions.get(i).getDuration().getSeconds());
      if (i % 26 > 1 && shift <= 7200) {
        continue;
      }
      Instant t = transitions.get(i).getInstant();
      at.add(t.minus(1, ChronoUnit.MICROS));
      at.add(t);
      at.add(t.plusSeconds(i % 2 == 0 ? 1800 : 5400));
      at.add(move(t, 1, "day", zone).plusSeconds(60L * (i % 120)));
      at.add(move(t, 1, "month", zone));
    }
    String[] locals = {
      "1972-02-29T12:00:00", "1999-12-31T23:59:59.999999", "2000-02-29T00:00:00", "2004-02-29T23:59:59.999999",
      "2011-12-31T10:00:00", "2016-03-31T13:14:15.123456", "2019-05-31T00:00:00", "2020-02-29T06:30:00",
      "2020-12-31T23:00:00", "2021-01-31T01:30:00.5", "2021-03-01T00:00:00", "2021-06-06T23:59:59.999999",
      "2021-06-07T00:00:00", "2023-03-31T02:30:00", "2023-07-01T00:00:00.000001", "2023-10-31T12:00:00",
    };
    for (String local : locals) {
      at.add(LocalDateTime.parse(local).atZone(zone).toInstant());
    }
    return at;
  }

  static boolean inRange(Instant t) {
    return t == null || !t.isBefore(FROM) && t.isBefore(TO);
  }

  static String instant(Instant t, String unbounded) {
    if (t == null) {
      return unbounded;
    }
    return text(LocalDateTime.ofInstant(t, ZoneOffset.UTC)) + "Z";
  }

  static String dash(String s) {
    return s.isEmpty() ? "-" : s;
  }

  public static void main(String[] args) {
    System.out.println("# Bounds of windows by java.time: the judge of Spec.Resolve and Spec.String.");
    System.out.println("# Written by Windows.java; to regenerate: cd engine/window/testdata && java Windows.java > windows.tsv");
    System.out.println("# The last column is a canonical text; all times are UTC; - is an unused member.");
    System.out.println("# zone\tas_of\tlo\thi\tform\tn\tunit\tm\tunit2\tfrom\tto\ttext");
    List<Spec> relative = relativeSpecs();
    int next = 0;
    int nextPoint = 0;
    for (String name : ZONES) {
      ZoneId zone = ZoneId.of(name);
      for (Instant asOf : asOfs(zone)) {
        List<Spec> specs = new ArrayList<>();
        for (int i = 0; i < WINDOWS_PER_AS_OF; i++) {
          // The stride has no factor in common with the number of windows, so every zone meets all of them.
          specs.add(relative.get((int) (next * 37L % relative.size())));
          next++;
        }
        List<Spec> points = pointSpecs(LocalDateTime.ofInstant(asOf, zone));
        specs.add(points.get(nextPoint++ % points.size()));
        specs.add(points.get(nextPoint++ % points.size()));
        specs.add(Spec.of(nextPoint % 4 == 0 ? "Today" : "Yesterday"));
        for (Spec s : specs) {
          Bounds b = resolve(s, asOf, zone);
          if (!inRange(b.lo) || !inRange(b.hi)) {
            continue;
          }
          System.out.println(
              String.join("\t", name, instant(asOf, ""), instant(b.lo, "-inf"), instant(b.hi, "+inf"), s.form,
                  "" + s.n, dash(s.unit), "" + s.m, dash(s.unit2), dash(s.from), dash(s.to), s.text()));
        }
      }
    }
  }
}
