package secrets

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

var today = time.Date(2027, 6, 30, 23, 0, 0, 0, time.UTC)

func search(t *testing.T, blobs ...Blob) []Found {
	t.Helper()
	found, err := Search(t.Context(), words{}, Blobs(blobs...))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestBaseline(t *testing.T) { // CLI-12
	found := search(t, Blob{Path: "a", Data: []byte(awsKey)}, Blob{Path: "b", Data: []byte(awsKey)})
	for _, c := range []struct {
		name   string
		change func(*Known)
		left   int
		says   string
	}{
		{"filled in", func(*Known) {}, 1, ""},
		{"its last day was yesterday", func(k *Known) { k.Expires = "2027-06-29" }, 3, "expired on 2027-06-29"},
		{"no reason", func(k *Known) { k.Reason = "" }, 3, "has no reason"},
		{"no owner", func(k *Known) { k.Owner = "" }, 3, "has no owner"},
		{"no day", func(k *Known) { k.Expires = "" }, 3, "has no day"},
		{"another finding", func(k *Known) { k.Fingerprint = "x" }, 2, ""},
		{"no fingerprint", func(k *Known) { k.Fingerprint = "" }, 3, "has no fingerprint"},
	} {
		b := NewBaseline("first", found[:1])
		b.Findings[0].Reason, b.Findings[0].Owner, b.Findings[0].Expires = "a test key", "dev@example.com", "2027-06-30"
		c.change(&b.Findings[0])
		left, known := b.Apply("f.json", found, today)
		if len(left) != c.left || len(left)+len(known) < 2 || c.says != "" && !strings.Contains(left[len(left)-1].Summary, c.says) {
			t.Errorf("%s: left %+v", c.name, left)
		}
	}
}

// The same secret on another line is still known; another one in the same place is not. PERF-12
func TestBaselineIsByContent(t *testing.T) {
	b := NewBaseline("first", search(t, Blob{Path: "a", Data: []byte(awsKey)}))
	b.Findings[0].Reason, b.Findings[0].Owner, b.Findings[0].Expires = "r", "o", "2030-01-01"
	moved := search(t, Blob{Path: "a", Data: []byte("\n\n  " + awsKey)})
	if left, known := b.Apply("f", moved, today); len(left) != 0 || len(known) != 1 {
		t.Errorf("moved: %v", left)
	}
	other := search(t, Blob{Path: "a", Data: []byte("AKIA" + "Y7WM2KTQ4ZBX6LRV")})
	if left, _ := b.Apply("f", other, today); len(left) != 1 {
		t.Errorf("another: %v", left)
	}
}

func TestBaselineHoldsNoValue(t *testing.T) { // T34
	data, err := json.Marshal(NewBaseline("first", search(t, Blob{Path: "a", Data: []byte(awsKey)})))
	if err != nil || strings.Contains(string(data), awsKey[4:]) {
		t.Errorf("%s %v", data, err)
	}
}

func TestLoadBaseline(t *testing.T) {
	for text, code := range map[string]string{
		`{"format_version":1,"repository":"r","findings":[]}`:                   "",
		`{"format_version":1,"repository":"other","findings":[]}`:               "AXLE1522", // B152
		`{"format_version":2,"repository":"r"}`:                                 "AXLE1521",
		`{"format_version":1,"repository":"r","findings":[{"expires":"soon"}]}`: "AXLE1523",
		`{"format_version":1,"repository":"r","findings":[{"fingerprnt":"x"}]}`: "AXLE1520",
		`{"format_version":1,"repository":"r"} {}`:                              "AXLE1520",
		``: "AXLE1520",
	} {
		if _, err := LoadBaseline("f", []byte(text), "r"); document.CodeOf(err) != code {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzLoadBaseline(f *testing.F) {
	f.Add([]byte(`{"format_version":1,"repository":"r","findings":[{"fingerprint":"a","expires":"2027-01-01"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := LoadBaseline("f", data, "r")
		if err == nil && b.FormatVersion != 1 {
			t.Errorf("%+v", b)
		}
		b.Apply("f", nil, today)
	})
}

// PERF-12: 100,000 entries against 100,000 findings, by one look-up each.
func BenchmarkBaseline(b *testing.B) {
	var base Baseline
	var found []Found
	for i := range 100_000 {
		id := fmt.Sprint(i)
		base.Findings = append(base.Findings, Known{Fingerprint: id, Reason: "r", Owner: "o", Expires: "2030-01-01"})
		found = append(found, Found{Finding: pipeline.Finding{Fingerprint: id}})
	}
	for b.Loop() {
		if left, _ := base.Apply("f", found, today); len(left) != 0 {
			b.Fatal(len(left))
		}
	}
}
