package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

const inventoryLong = `What is provisioned in the spokes, whoever launched it: its version, age, how far it is behind,
whether that is compliant with forced and concurrent of its spoke, and a score: 100, less 10 for
each version behind (50 at most), 25 when deprecated, 50 when retired, 50 when it failed, 25 when
it is vulnerable, and 25 when it is not compliant. Where nothing is known there is no score. -o csv writes a table.

--unused 90d also says what was done last to each, by AWS's records of launches, updates and
terminations, and marks what nobody touched for longer. Whether what it made is in use, Service
Catalog does not know. --at says what ran at a past instant, by the same records.`

type inventoryFlags struct {
	fleetFlags
	unused, at string
}

func (a *app) inventoryCommand() *cobra.Command {
	var f inventoryFlags
	cmd := &cobra.Command{Use: inventoryUse, Short: "What is provisioned, how old, and in what condition", Long: inventoryLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("at") {
				return a.inventoryAt(cmd.Context(), f)
			}
			return a.inventory(cmd.Context(), f, cmd.Flags().Changed("unused"))
		}}
	f.bind(cmd)
	cmd.Flags().StringVar(&f.unused, "unused", "", "mark what nobody launched, updated or terminated for longer than this: 90d")
	cmd.Flags().StringVar(&f.at, "at", "", "what ran at this instant: 2026-11-01T12:00:00Z, or a day")
	return cmd
}

const inventoryUse = "inventory" // the one command that also writes csv

// item is a row of the fleet with its score; none is that nothing can be said.
type item struct {
	catalog.Row
	Score   *int      `json:"score"`
	Touched time.Time `json:"last_touched,omitzero"` // with --unused
	Touch   string    `json:"last_record,omitempty"` // AWS's type and status of it
	Unused  *bool     `json:"unused,omitempty"`      // none where AWS lists nothing
}

// inventoryDoc is axle inventory as JSON.
type inventoryDoc struct {
	FormatVersion int    `json:"format_version"`
	Sandbox       bool   `json:"sandbox"`
	Items         []item `json:"items"`
	Unknown       int    `json:"unknown"`          // spokes and products that could not be looked at
	Unused        int    `json:"unused,omitempty"` // with --unused
}

// inventoryOf leaves spokes out that have nothing, and none that was not read.
func inventoryOf(rows []catalog.Row, sandboxed bool) inventoryDoc {
	doc := inventoryDoc{FormatVersion: formatVersion, Sandbox: sandboxed, Items: []item{}}
	for _, r := range rows {
		if r.Word == catalog.None || r.Word == catalog.Skipped {
			continue
		}
		it := item{Row: r}
		if score, known := r.Score(); known {
			it.Score = &score
		}
		if r.Word == catalog.Unknown {
			doc.Unknown++
		}
		doc.Items = append(doc.Items, it)
	}
	return doc
}

func (a *app) inventory(ctx context.Context, f inventoryFlags, unused bool) error {
	var limit time.Duration
	if unused {
		var err error
		if limit, err = longerThan(f.unused); err != nil {
			return err
		}
	}
	st, err := a.standing(ctx, f.ref)
	if err != nil {
		return err
	}
	fleet, readings, err := st.fleet(ctx, f.fleetFlags)
	if err == nil && unused {
		err = aws.NewFleet(st.cloud.session).Remember(ctx, readings, true)
	}
	if err != nil {
		return err
	}
	doc := inventoryOf(fleet.Rows(readings), st.cloud.box != nil)
	if unused {
		doc.touch(readings, limit, fleet.Now)
	}
	switch a.output {
	case "json":
		err = a.print(doc)
	case "csv":
		err = a.inventoryCSV(doc)
	default:
		for _, it := range doc.Items {
			line := strings.TrimRight(fmt.Sprintf("%5s %s", it.score(), rowLine(it.Row)), " ")
			if unused && it.ProvisionedID != "" {
				line += ", " + document.Printable(it.touched(fleet.Now))
			}
			fmt.Fprintln(a.Out, line)
		}
	}
	if a.output != "json" {
		a.tell("%s, %s", count(len(doc.Items)-doc.Unknown, "provisioned product"), st.cloud.notice())
		if unused {
			a.tell("%d untouched for more than %s, by AWS's records of launches, updates and terminations", doc.Unused, f.unused)
		}
	}
	return errors.Join(err, st.unseen(readings))
}

func (i item) score() string {
	if i.Score == nil {
		return "-"
	}
	return strconv.Itoa(*i.Score)
}

var inventoryHead = []string{"account", "name", "region", "product", "provisioned_product", "provisioned_product_id", "version", "expected", "word", "state",
	"age_days", "behind_by", "compliant", "breach", "score", "owner", "deadline", "reason", "last_touched", "last_record", "unused", "because", "vulnerable"}

func (a *app) inventoryCSV(doc inventoryDoc) error {
	lines := [][]string{inventoryHead}
	for _, i := range doc.Items {
		age, behind, compliant, score, touched, unused := "", "", "", "", "", ""
		if !i.Created.IsZero() {
			age = strconv.Itoa(i.AgeDays)
		}
		if i.Lag != nil {
			behind = strconv.Itoa(*i.Lag)
		}
		if i.Compliant != nil {
			compliant = strconv.FormatBool(*i.Compliant)
		}
		if i.Score != nil {
			score = i.score()
		}
		if i.Unused != nil {
			touched, unused = i.Touched.UTC().Format(time.RFC3339), strconv.FormatBool(*i.Unused)
		}
		lines = append(lines, []string{i.Account, i.Name, i.Region, i.Product, i.Provisioned, i.ProvisionedID, i.Version, i.Expected, i.Word, i.State,
			age, behind, compliant, i.Breach, score, i.Owner, i.Deadline, i.Reason, touched, i.Touch, unused, i.Because, i.Vulnerable})
	}
	return a.writeCSV(lines)
}

// cell is text as a cell that a spreadsheet does not take for a formula.
func cell(text string) string {
	text = document.Printable(text)
	if text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
		return "'" + text
	}
	return text
}
