package organizations

import "testing"

// A token leads to the rest of its own list, and nowhere else.
func TestPage(t *testing.T) {
	all := make([]int, 45)
	for i := range all {
		all[i] = i
	}
	var token *string
	for _, want := range []int{20, 20, 5} {
		out, next, err := page(all, "numbers", nil, token)
		if err != nil || len(out) != want {
			t.Fatalf("%d of %d, %v", len(out), want, err)
		}
		token = next
	}
	if token != nil {
		t.Error("the last page has a token")
	}
	for _, wrong := range []string{"", "short", makeToken("letters", 20), makeToken("numbers", 46), makeToken("numbers", 0) + "!"} {
		if _, _, err := page(all, "numbers", nil, &wrong); err == nil {
			t.Errorf("token %q was taken", wrong)
		}
	}
}

func FuzzToken(f *testing.F) {
	f.Add(makeToken("numbers", 7))
	f.Add("xxxxxxxxxxxx-1")
	f.Fuzz(func(t *testing.T, token string) {
		if out, _, err := page([]int{1, 2, 3}, "numbers", nil, &token); err == nil && len(out) > 3 {
			t.Errorf("%q gave %v", token, out)
		}
	})
}
