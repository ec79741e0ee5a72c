package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

const inventoryLong = `What is provisioned in the spokes, whoever launched it: its version, age, how far it is behind,
whether that is compliant with forced and concurrent of its spoke, and a score: 100, less 10 for
each version behind (50 at most), 25 when deprecated, 50 when retired, 50 when it failed, and 25
when it is not compliant. Where nothing is known there is no score. -o csv writes a table.`

func (a *app) inventoryCommand() *cobra.Command {
	var f fleetFlags
	cmd := &cobra.Command{Use: inventoryUse, Short: "What is provisioned, how old, and in what condition", Long: inventoryLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.inventory(cmd.Context(), f) }}
	f.bind(cmd)
	return cmd
}

const inventoryUse = "inventory" // the one command that also writes csv

// item is a row of the fleet with its score; none is that nothing can be said.
type item struct {
	catalog.Row
	Score *int `json:"score"`
}

// inventoryDoc is axle inventory as JSON.
type inventoryDoc struct {
	FormatVersion int    `json:"format_version"`
	Sandbox       bool   `json:"sandbox"`
	Items         []item `json:"items"`
	Unknown       int    `json:"unknown"` // spokes and products that could not be looked at
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

func (a *app) inventory(ctx context.Context, f fleetFlags) error {
	st, err := a.standing(ctx, f.ref)
	if err != nil {
		return err
	}
	fleet, readings, err := st.fleet(ctx, f)
	if err != nil {
		return err
	}
	doc := inventoryOf(fleet.Rows(readings), st.cloud.box != nil)
	switch a.output {
	case "json":
		err = a.print(doc)
	case "csv":
		err = a.inventoryCSV(doc)
	default:
		for _, it := range doc.Items {
			fmt.Fprintln(a.Out, strings.TrimRight(fmt.Sprintf("%5s %s", it.score(), rowLine(it.Row)), " "))
		}
	}
	if a.output != "json" {
		a.tell("%s, %s", count(len(doc.Items)-doc.Unknown, "provisioned product"), st.cloud.notice())
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
	"age_days", "behind_by", "compliant", "breach", "score", "owner", "deadline", "reason"}

func (a *app) inventoryCSV(doc inventoryDoc) error {
	w := csv.NewWriter(a.Out)
	lines := [][]string{inventoryHead}
	for _, i := range doc.Items {
		age, behind, compliant, score := "", "", "", ""
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
		lines = append(lines, []string{i.Account, i.Name, i.Region, i.Product, i.Provisioned, i.ProvisionedID, i.Version, i.Expected, i.Word, i.State,
			age, behind, compliant, i.Breach, score, i.Owner, i.Deadline, i.Reason})
	}
	for _, line := range lines {
		for n := range line {
			line[n] = cell(line[n])
		}
	}
	return w.WriteAll(lines)
}

// cell is text as a cell that a spreadsheet does not take for a formula.
func cell(text string) string {
	text = document.Printable(text)
	if text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
		return "'" + text
	}
	return text
}
