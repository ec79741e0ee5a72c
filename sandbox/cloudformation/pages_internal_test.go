package cloudformation

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestPages(t *testing.T) {
	lines := []int{5, 4, 3, 2, 1}
	page, next, err := paged(lines, nil, 2)
	if fmt.Sprint(page) != "[5 4]" || next == nil || err != nil {
		t.Fatalf("first: %v %v %v", page, next, err)
	}
	grown := append([]int{7, 6}, lines...) // events come in front
	page, next, err = paged(grown, next, 2)
	if fmt.Sprint(page) != "[3 2]" || err != nil {
		t.Fatalf("second: %v %v", page, err)
	}
	page, next, err = paged(grown, next, 2)
	if fmt.Sprint(page) != "[1]" || next != nil || err != nil {
		t.Fatalf("last: %v %v %v", page, next, err)
	}
	if page, next, err := paged([]int{}, nil, 2); len(page) != 0 || next != nil || err != nil {
		t.Errorf("none: %v %v %v", page, next, err)
	}
}

// A token is one that was given, or it is refused.
func FuzzNextToken(f *testing.F) {
	_, next, _ := paged([]int{1, 2, 3}, nil, 1)
	for _, seed := range []string{*next, "", "x", "bGVmdDotMQ", "bGVmdDo5OTk"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		page, _, err := paged([]int{1, 2, 3}, aws.String(token), 1)
		if err == nil && len(page) != 1 {
			t.Errorf("%q gave %v", token, page)
		}
	})
}
