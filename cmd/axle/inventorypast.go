package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// touch adds to the items what AWS lists as done last to each, and whether that is longer ago than the
// limit: then nobody has launched, updated or terminated it since, or tried to.
func (doc *inventoryDoc) touch(readings []catalog.Reading, limit time.Duration, now time.Time) {
	of := map[[2]string]catalog.Reading{}
	for _, r := range readings {
		of[[2]string{r.Spoke.Account, r.Spoke.Region}] = r
	}
	for i := range doc.Items {
		it := &doc.Items[i]
		last, known := of[[2]string{it.Account, it.Region}].Touched(it.ProvisionedID)
		if !known {
			continue
		}
		unused := now.Sub(last.Created) > limit
		it.Touched, it.Touch, it.Unused = last.Created, strings.TrimSpace(last.Type+" "+last.Status), &unused
		if unused {
			doc.Unused++
		}
	}
}

// touched is the item's last record, in words.
func (i item) touched(now time.Time) string {
	if i.Touched.IsZero() {
		return "AWS lists no record of it"
	}
	word := "last touched"
	if i.Unused != nil && *i.Unused {
		word = "unused, last touched"
	}
	return fmt.Sprintf("%s %dd ago: %s", word, int(now.Sub(i.Touched)/(24*time.Hour)), i.Touch)
}

// ranDoc is axle inventory --at as JSON.
type ranDoc struct {
	FormatVersion int           `json:"format_version"`
	Sandbox       bool          `json:"sandbox"`
	At            time.Time     `json:"at"`
	Items         []catalog.Ran `json:"items"`
}

// inventoryAt is what ran at an instant, by the records that AWS lists now.
func (a *app) inventoryAt(ctx context.Context, f inventoryFlags) error {
	if f.unused != "" {
		return document.Fail(codeUsage, "--unused is of now, and --at of then", "give one of them", nil)
	}
	product := f.product
	f.product = ""
	st, err := a.standing(ctx, f.ref)
	if err != nil {
		return err
	}
	at, err := instant(f.at, st.cloud.now())
	if err != nil {
		return err
	}
	fleet, readings, err := st.fleet(ctx, f.fleetFlags)
	if err == nil {
		err = aws.NewFleet(st.cloud.session).Remember(ctx, readings, false)
	}
	if err != nil {
		return err
	}
	items := slices.DeleteFunc(fleet.Ran(readings, at), func(r catalog.Ran) bool { return product != "" && r.ProvisionedID != "" && r.Product != product })
	switch a.output {
	case "json":
		err = a.print(ranDoc{formatVersion, st.cloud.box != nil, at, items})
	case "csv":
		lines := [][]string{{"account", "name", "region", "product", "provisioned_product", "provisioned_product_id", "version", "state", "since", "reason"}}
		for _, r := range items {
			lines = append(lines, []string{r.Account, r.Name, r.Region, r.Product, r.Provisioned, r.ProvisionedID, r.Version, r.State, since(r), r.Why})
		}
		err = a.writeCSV(lines)
	default:
		for _, r := range items {
			fmt.Fprintln(a.Out, ranLine(r))
		}
	}
	if a.output != "json" {
		a.tell("by the records that AWS lists today: what is gone, and of which it lists nothing any more, is not here, %s", st.cloud.notice())
	}
	return errors.Join(err, st.unseen(readings))
}

func since(r catalog.Ran) string {
	if r.Since.IsZero() {
		return ""
	}
	return r.Since.UTC().Format(time.RFC3339)
}

func ranLine(r catalog.Ran) string {
	what := r.Product
	if r.Provisioned != "" && r.Provisioned != r.Product {
		what += " (" + r.Provisioned + ")"
	}
	line := fmt.Sprintf("%s %-10s %-12s %-12s %-28s %-10s %s", r.Account, r.Name, r.Region, r.State, what, r.Version, since(r))
	line = strings.TrimRight(line, " ")
	if r.Why != "" {
		line += "  " + r.Why
	}
	return document.Printable(line)
}

func (a *app) writeCSV(lines [][]string) error {
	for _, line := range lines {
		for n := range line {
			line[n] = cell(line[n])
		}
	}
	return csv.NewWriter(a.Out).WriteAll(lines)
}

// longerThan reads --unused.
func longerThan(text string) (time.Duration, error) {
	d, err := document.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, document.Fail(codeUsage, fmt.Sprintf("--unused %q is not a duration", document.Printable(text)), "write it as 90d or 720h", nil)
	}
	return time.Duration(d), nil
}
