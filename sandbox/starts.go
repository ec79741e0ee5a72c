package sandbox

import (
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// Start is what a new world begins as. The numbers are a fleet's.
type Start struct {
	Name                       string
	Spokes, Regions, Published int // Published: how many products are shared with the fleet already
}

// starts are the worlds a new store can begin as, besides a fleet: a hub and N spokes, with buckets
// in R regions and, where there is a third number, so many products published and shared in each.
var starts = map[string]func(*Sandbox, *world.Call) error{
	"default": startDefault, "empty": startEmpty, "bare": startBare, "two-organizations": startTwo,
}

const (
	maxSpokes    = 10_000
	maxPublished = 150 // a portfolio holds no more
)

var fleetSize = document.NewPattern(`^fleet[ -]([0-9]{1,6})[x×]([0-9]{1,6})(?:[x×]([0-9]{1,6}))?$`)

// ParseStart reads a start as it is written: default, fleet 50x4. "" is default.
func ParseStart(text string) (Start, error) {
	if text == "" {
		text = "default"
	}
	if starts[text] != nil {
		return Start{Name: text}, nil
	}
	m := fleetSize.FindStringSubmatch(text)
	if m == nil {
		return Start{}, document.Fail("AXLE3102", "the sandbox has no start "+strconv.Quote(text), "use one of: default, empty, bare, fleet NxR, fleet NxRxP, two-organizations", nil)
	}
	s := Start{Name: "fleet"}
	for i, into := range []*int{&s.Spokes, &s.Regions, &s.Published} {
		*into, _ = strconv.Atoi(m[i+1]) // digits, or "" for none
	}
	if s.Spokes < 1 || s.Spokes > maxSpokes || s.Regions < 1 || s.Regions > len(regions) || s.Published > maxPublished {
		return Start{}, document.Fail("AXLE3102", "the sandbox has no start "+strconv.Quote(text),
			"a fleet has 1 to 10000 spokes, 1 to "+strconv.Itoa(len(regions))+" regions and at most 150 products", nil)
	}
	return s, nil
}

// String writes the start so that ParseStart reads it.
func (s Start) String() string {
	if s.Name != "fleet" {
		return s.Name
	}
	sizes := []string{strconv.Itoa(s.Spokes), strconv.Itoa(s.Regions)}
	if s.Published > 0 {
		sizes = append(sizes, strconv.Itoa(s.Published))
	}
	return "fleet " + strings.Join(sizes, "x")
}

// begin makes the world.
func (s Start) begin(box *Sandbox, c *world.Call) error {
	if s.Name == "fleet" {
		return s.fleet(box, c)
	}
	return starts[s.Name](box, c)
}
