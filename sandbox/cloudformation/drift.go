package cloudformation

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

const kindDetection = "stack-drift" // by id

// detection is one look for what was changed behind a stack's back. It tells when due what it
// saw when it began.
type detection struct {
	ID, StackID  string
	Started, Due time.Time
	Status       sdk.StackDriftStatus
	Resources    []drifted
}

// drifted is a resource as it was found.
type drifted struct {
	LogicalID, PhysicalID, Type string
	Status                      sdk.StackResourceDriftStatus
	Expected, Actual            string                   `json:",omitempty"`
	Differences                 []sdk.PropertyDifference `json:",omitempty"`
}

// mark is a detection as its stack remembers it.
type mark struct {
	ID     string
	Due    time.Time
	Status sdk.StackDriftStatus
	By     map[string]sdk.StackResourceDriftStatus // logical id →
}

// detect looks at every resource of a stack.
func (r *record) detect(c *world.Call) detection {
	d := detection{ID: c.NewUUID(), StackID: r.ID, Started: c.Now, Due: c.Now.Add(world.Takes(c, takesDrift, 5*time.Second)), Status: sdk.StackDriftStatusInSync}
	m := mark{ID: d.ID, Due: d.Due, By: map[string]sdk.StackResourceDriftStatus{}}
	for _, res := range ordered(r.revision(c.Now).Resources) {
		is := compare(c, res)
		m.By[res.LogicalID] = is.Status
		if is.Status != sdk.StackResourceDriftStatusNotChecked {
			d.Resources = append(d.Resources, is)
		}
		if is.Status == sdk.StackResourceDriftStatusModified || is.Status == sdk.StackResourceDriftStatusDeleted {
			d.Status = sdk.StackDriftStatusDrifted
		}
	}
	m.Status = d.Status
	if last, ok := r.drift(c.Now); ok {
		r.Drifts = []mark{last}
	} else {
		r.Drifts = nil
	}
	r.Drifts = append(r.Drifts, m)
	world.Put(c, kindDetection, d.ID, d)
	r.save(c)
	return d
}

// drift is the last detection that is done.
func (r *record) drift(now time.Time) (mark, bool) {
	var last mark
	for _, m := range r.Drifts {
		if !m.Due.After(now) {
			last = m
		}
	}
	return last, last.ID != ""
}

func (r *record) driftStatus(now time.Time) (sdk.StackDriftStatus, *time.Time) {
	m, ok := r.drift(now)
	if !ok {
		return sdk.StackDriftStatusNotChecked, nil
	}
	return m.Status, &m.Due
}

func (r *record) driftOf(logicalID string, now time.Time) (sdk.StackResourceDriftStatus, *time.Time) {
	m, _ := r.drift(now)
	is := m.By[logicalID]
	if is == "" || is == sdk.StackResourceDriftStatusNotChecked {
		return sdk.StackResourceDriftStatusNotChecked, nil
	}
	return is, &m.Due
}

// compare holds a resource against its row.
func compare(c *world.Call, r resource) drifted {
	d := drifted{LogicalID: r.LogicalID, PhysicalID: r.PhysicalID, Type: r.Type, Status: sdk.StackResourceDriftStatusInSync}
	if _, known := schemaOf(r.Type); !known || slices.Contains(unchecked, r.Type) {
		d.Status = sdk.StackResourceDriftStatusNotChecked
		return d
	}
	want := r.Properties
	if want == nil {
		want = map[string]any{}
	}
	d.Expected = shown(jsonOf(want))
	have, there := want, true
	if look, own := looks[r.Type]; own {
		have = maps.Clone(want)
		there = look(c, r, have)
	}
	if !there {
		d.Status = sdk.StackResourceDriftStatusDeleted
		return d
	}
	d.Actual = shown(jsonOf(have))
	if d.Differences = differences("", want, have); len(d.Differences) > 0 {
		d.Status = sdk.StackResourceDriftStatusModified
	}
	return d
}

// unchecked are types that CloudFormation finds no drift of.
var unchecked = []string{typeStack, typeCustom, "AWS::CloudFormation::WaitCondition", "AWS::CloudFormation::WaitConditionHandle", "AWS::CloudFormation::Macro"}

func jsonOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}

// differences are what is not as expected, a line each, by path.
func differences(path string, want, have any) []sdk.PropertyDifference {
	w, mapping := want.(map[string]any)
	h, alike := have.(map[string]any)
	if mapping && alike {
		var all []sdk.PropertyDifference
		keys := maps.Clone(w)
		maps.Copy(keys, h)
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			all = append(all, differences(path+"/"+k, w[k], h[k])...)
		}
		return all
	}
	wl, list := want.([]any)
	hl, alike := have.([]any)
	if list && alike {
		var all []sdk.PropertyDifference
		for i := range max(len(wl), len(hl)) {
			all = append(all, differences(path+"/"+strconv.Itoa(i), item(wl, i), item(hl, i))...)
		}
		return all
	}
	if plain(want) == plain(have) {
		return nil
	}
	kind := sdk.DifferenceTypeNotEqual
	switch {
	case want == nil:
		kind = sdk.DifferenceTypeAdd
	case have == nil:
		kind = sdk.DifferenceTypeRemove
	}
	e, a := cmp.Or(plain(want), "null"), cmp.Or(plain(have), "null")
	return []sdk.PropertyDifference{{PropertyPath: &path, ExpectedValue: &e, ActualValue: &a, DifferenceType: kind}}
}

func item(all []any, i int) any {
	if i < len(all) {
		return all[i]
	}
	return nil
}

// plain is a value as text.
func plain(v any) string {
	switch v.(type) {
	case nil:
		return ""
	case map[string]any, []any:
		return shown(jsonOf(v))
	}
	return shown(fmt.Sprint(v))
}
