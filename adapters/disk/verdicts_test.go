package disk

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

func TestVerdicts(t *testing.T) { // PERF-16
	path := filepath.Join(t.TempDir(), "deep", "verdicts")
	if v, err := ReadVerdicts(path); err != nil || len(v.Clean) > 0 || v.State != "" {
		t.Fatalf("no file: %+v %v", v, err)
	}
	want := Verdicts{Rules: "r", State: "s", Report: []byte(`{"a":"b\nc"}`), Clean: []string{strings.Repeat("0a", 20), strings.Repeat("ff", 32)}}
	if err := WriteVerdicts(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadVerdicts(path)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v %v", got, err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("%v", info.Mode())
	}
}

// A file that is not as it was written is refused, whichever of its bytes is another.
func TestVerdictsDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "verdicts")
	if err := WriteVerdicts(path, Verdicts{Rules: "r", State: "s", Clean: []string{strings.Repeat("0a", 20)}}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := [][]byte{nil, data[:len(data)-1], data[:20], append([]byte("x"), data...)}
	for i := range data {
		bad := append([]byte(nil), data...)
		bad[i] ^= 1
		damaged = append(damaged, bad)
	}
	for i, bad := range damaged {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if v, err := ReadVerdicts(path); document.CodeOf(err) != "AXLE3314" || len(v.Clean) > 0 {
			t.Errorf("damage %d: %+v %v", i, v, err)
		}
	}
	if err := WriteVerdicts(path, Verdicts{Clean: []string{"no id"}}); document.CodeOf(err) != "AXLE3315" {
		t.Errorf("%v", err)
	}
}
