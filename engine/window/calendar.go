package window

// UnitStart returns the first day of a unit, a day or longer: of the one that lies n
// units after the one that day lies in. Days are counted from 1970-01-01; weeks start
// on Monday.
func UnitStart(day, n int64, unit Unit) int64 { return moveDay(firstDay(day, unit), n, unit) }
