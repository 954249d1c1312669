package picture

import (
	"cmp"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// UpSet is a chart of how sets overlap: a column for every region, which is those
// who are in exactly the same sets, with dots below that say which sets these are.
type UpSet struct {
	Title, Subtitle string
	Sets            []Set // 8 at most, one for each bit of Region.Members; shown with numbers from 1
	Regions         []Region
}

// Set is one of the sets.
type Set struct {
	Name string
	Size uint64
}

// Region is those who are in the same sets and no other.
type Region struct {
	Members uint8 // bit i is set where they are in set i
	Count   uint64
}

// maxRegions is how many regions are drawn, those of most members.
const maxRegions = 40

const (
	setHeight  = vg.Length(22)
	setColumns = vg.Length(230) // names and sizes of sets, at least
	sizeWidth  = vg.Length(80)  // of the bars of sizes
	regionRoom = vg.Length(16)  // of a region, before names of sets take what is left
)

func (u UpSet) heading() (title, subtitle string) { return u.Title, u.Subtitle }

func (u UpSet) height() vg.Length {
	return plotHeight + setHeight*vg.Length(max(len(u.Sets), 1)) + noteHeight
}

// shown returns the regions that have members, most first, and how many have no
// room, with the members of these.
func (u UpSet) shown() (regions []Region, left int, members uint64) {
	for _, r := range u.Regions {
		if r.Count > 0 && r.Members != 0 {
			regions = append(regions, r)
		}
	}
	slices.SortStableFunc(regions, func(a, b Region) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(bits.OnesCount8(a.Members), bits.OnesCount8(b.Members)), cmp.Compare(a.Members, b.Members))
	})
	if len(regions) <= maxRegions {
		return regions, 0, 0
	}
	for _, r := range regions[maxRegions:] {
		members += r.Count
	}
	return regions[:maxRegions], len(regions) - maxRegions, members
}

func (u UpSet) draw(p *pen, area vg.Rectangle) {
	regions, left, members := u.shown()
	if len(regions) == 0 || len(u.Sets) == 0 {
		p.empty(area)
		return
	}
	if left > 0 {
		p.text(area.Min.X, area.Min.Y+noteHeight/2-2, leftOut(left, members), quietText)
	}
	area.Min.Y += noteHeight
	columns := u.columns(p, area, len(regions))
	matrix := area.Min.Y + setHeight*vg.Length(len(u.Sets))
	field := box(area.Min.X+columns-5*gap, matrix+gap, area.Max.X, area.Max.Y-3*gap)
	highest := float64(regions[0].Count)
	each := min((field.Max.X-area.Min.X-columns)/vg.Length(len(regions)), 46)
	if most := p.width(numberText(highest), tickText); most > each-2 {
		field.Max.Y -= most // the numbers stand upright
	}
	field.Min.X = max(drawLevels(p, field, highest), area.Min.X+columns)
	each = min(each, field.Size().X/vg.Length(len(regions)))
	p.line(quiet, 0.8, field.Min, vg.Point{X: field.Max.X, Y: field.Min.Y})
	u.drawSets(p, area, matrix, columns)
	for i, r := range regions {
		x := field.Min.X + each*(vg.Length(i)+0.5)
		u.drawRegion(p, field, r, x, each, level(field, float64(r.Count), highest), matrix)
	}
}

// numbered returns the name of a set with its number.
func (u UpSet) numbered(i int) string { return strconv.Itoa(i+1) + ": " + clean(u.Sets[i].Name) }

// columns returns the room of the names and sizes of sets: what the names need, as
// far as the regions leave it.
func (u UpSet) columns(p *pen, area vg.Rectangle, regions int) vg.Length {
	names, sizes := vg.Length(0), vg.Length(0)
	for i, set := range u.Sets {
		names = max(names, p.width(u.numbered(i), labelText))
		sizes = max(sizes, p.width(numberText(float64(set.Size)), tickText))
	}
	wanted := names + sizes + sizeWidth + 3*gap
	return max(setColumns, min(wanted, area.Size().X-regionRoom*vg.Length(max(regions, 8))))
}

// drawSets draws a row for every set, with its name and size, in so much room.
func (u UpSet) drawSets(p *pen, area vg.Rectangle, matrix, columns vg.Length) {
	largest, sizes := 0.0, vg.Length(0)
	for _, set := range u.Sets {
		largest = max(largest, float64(set.Size))
		sizes = max(sizes, p.width(numberText(float64(set.Size)), tickText))
	}
	names := columns - gap - sizeWidth - sizes - gap
	for i, set := range u.Sets {
		y := matrix - setHeight*(vg.Length(i)+0.5)
		if i%2 == 0 {
			p.rect(box(area.Min.X, y-setHeight/2, area.Max.X, y+setHeight/2), pale)
		}
		p.text(area.Min.X+4, y, p.fit(u.numbered(i), labelText, names-4), labelText)
		end := area.Min.X + columns - gap
		start := end
		if largest > 0 {
			start -= sizeWidth * length(float64(set.Size)/largest)
		}
		p.rect(box(start, y-6, end, y+6), quiet)
		s := tickText
		s.align = draw.XRight
		p.text(start-4, y, numberText(float64(set.Size)), s)
	}
}

// drawRegion draws the column of a region, and its dots.
func (u UpSet) drawRegion(p *pen, field vg.Rectangle, r Region, x, each, top, matrix vg.Length) {
	half := min(each*0.36, 11)
	p.rect(box(x-half, field.Min.Y, x+half, top), blue)
	s, value := tickText, numberText(float64(r.Count))
	if s.color = ink; p.width(value, s) <= each-2 {
		p.text(x, top+7, value, s)
	} else {
		s.align, s.upright, s.size = draw.XLeft, true, min(s.size, each)
		p.text(x, top+4, value, s)
	}
	var in []vg.Point
	radius := min(each*0.3, 5)
	for i := range u.Sets {
		at := vg.Point{X: x, Y: matrix - setHeight*(vg.Length(i)+0.5)}
		p.dot(at.X, at.Y, radius, faint)
		if r.Members&(1<<i) != 0 {
			in = append(in, at)
		}
	}
	if len(in) > 1 {
		p.line(ink, 1.6, in[0], in[len(in)-1])
	}
	for _, at := range in {
		p.dot(at.X, at.Y, radius, ink)
	}
}

func (u UpSet) lines(width int) []string {
	regions, left, members := u.shown()
	if len(u.Sets) == 0 {
		return []string{nothing}
	}
	var sets, items []Bar
	for i, set := range u.Sets {
		sets = append(sets, Bar{Label: strconv.Itoa(i+1) + " " + set.Name, Value: float64(set.Size)})
	}
	for _, r := range regions {
		items = append(items, Bar{Label: r.numbers(len(u.Sets)), Value: float64(r.Count)})
	}
	out := append(Bars{Items: sets}.lines(width), "")
	out = append(out, Bars{Items: items}.lines(width)...)
	if left > 0 {
		out = append(out, fitText(leftOut(left, members), width))
	}
	return out
}

// leftOut tells of the regions that have no room.
func leftOut(regions int, members uint64) string {
	return "and " + numberText(float64(regions)) + " smaller regions of " + numberText(float64(members)) + " together"
}

// numbers names the sets of a region by their numbers, with a point for each that it
// is not in.
func (r Region) numbers(sets int) string {
	var out strings.Builder
	for i := range sets {
		if r.Members&(1<<i) != 0 {
			out.WriteRune(rune('1' + i))
		} else {
			out.WriteRune('·')
		}
	}
	return out.String()
}
