package tf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

const (
	codePlan     = "AXLE1481" // not what terraform show -json writes
	maxPlan      = 64 << 20
	maxResources = 10000
)

// The parts of terraform show -json that are read. A plan has planned values, a state has values.
type (
	planDoc struct {
		FormatVersion   string          `json:"format_version"`
		PlannedValues   *stateDoc       `json:"planned_values"`
		Values          *stateDoc       `json:"values"`
		PriorState      *planDoc        `json:"prior_state"`
		ResourceChanges []changeDoc     `json:"resource_changes"`
		OutputChanges   map[string]diff `json:"output_changes"`
		Configuration   struct {
			Providers map[string]struct {
				Name    string `json:"name"`
				Source  string `json:"full_name"`
				Version string `json:"version_constraint"`
				Module  string `json:"module_address"`
			} `json:"provider_config"`
			Root moduleConfig `json:"root_module"`
		} `json:"configuration"`
		Errored bool `json:"errored"`
	}
	stateDoc struct {
		Outputs map[string]struct {
			Sensitive bool `json:"sensitive"`
			Value     any  `json:"value"`
		} `json:"outputs"`
		Root moduleDoc `json:"root_module"`
	}
	moduleDoc struct {
		Resources []struct {
			Address   string         `json:"address"`
			Mode      string         `json:"mode"`
			Type      string         `json:"type"`
			Name      string         `json:"name"`
			Values    map[string]any `json:"values"`
			Sensitive any            `json:"sensitive_values"`
		} `json:"resources"`
		Address  string      `json:"address"`
		Children []moduleDoc `json:"child_modules"`
	}
	changeDoc struct {
		Address string `json:"address"`
		Change  diff   `json:"change"`
	}
	diff struct {
		Unknown   any `json:"after_unknown"`
		Sensitive any `json:"after_sensitive"`
	}
	moduleConfig struct {
		Resources []struct {
			Address     string         `json:"address"`
			Expressions map[string]any `json:"expressions"`
		} `json:"resources"`
		Calls map[string]struct {
			Module moduleConfig `json:"module"`
		} `json:"module_calls"`
		Variables map[string]struct {
			Default     *any   `json:"default"`
			Description string `json:"description"`
			Sensitive   bool   `json:"sensitive"`
		} `json:"variables"`
		Outputs map[string]struct {
			Sensitive bool `json:"sensitive"`
		} `json:"outputs"`
	}
)

// Plan reads what terraform show -json writes of a plan or a state. Values that are known after
// apply only, and those that are sensitive, are Unknown.
func Plan(file string, data []byte) (*Configuration, document.Diagnostics) {
	var doc planDoc
	if d, ok := decode(file, data, &doc); !ok {
		return nil, document.Diagnostics{d}
	}
	p := planned{doc: doc, changes: map[string]diff{}, sources: map[string]map[string]any{}, c: &Configuration{Dir: file}}
	for _, ch := range doc.ResourceChanges {
		p.changes[ch.Address] = ch.Change
	}
	values := doc.PlannedValues
	if values == nil {
		values = doc.Values
	}
	doc.Configuration.Root.index("", p.sources)
	p.module(values.Root, "")
	if doc.PriorState != nil && doc.PriorState.Values != nil && doc.PlannedValues != nil {
		p.module(doc.PriorState.Values.Root, "data") // what was read while planning
	}
	if len(p.c.Resources) > maxResources {
		return nil, document.Diagnostics{wrong(file, fmt.Sprintf("the plan has more than %d resources", maxResources), "split the configuration")}
	}
	p.declared(values)
	slices.SortStableFunc(p.c.Resources, func(a, b Resource) int { return strings.Compare(a.Address, b.Address) })
	return p.c, nil
}

func wrong(file, summary, hint string) document.Diagnostic {
	return document.Diagnostic{File: file, Severity: document.SeverityError, Code: codePlan, Summary: summary, Hint: hint}
}

// decode says what keeps a file from being a plan or a state.
func decode(file string, data []byte, doc *planDoc) (document.Diagnostic, bool) {
	const hint = "write it with terraform show -json PLAN > plan.json"
	if len(data) > maxPlan {
		return wrong(file, fmt.Sprintf("the plan has %d bytes (max %d)", len(data), maxPlan), "split the configuration"), false
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	err := dec.Decode(doc)
	if _, more := dec.Token(); err == nil && more != io.EOF {
		err = errors.New("something follows the plan")
	}
	switch {
	case err != nil:
		d := wrong(file, "not a plan: "+err.Error(), hint)
		d.Line, d.Col = place(data, offset(err, dec))
		return d, false
	case !strings.HasPrefix(doc.FormatVersion, "1."):
		return wrong(file, "not the output of terraform show -json: its format_version is "+fmt.Sprintf("%q", doc.FormatVersion)+", not 1.x", hint), false
	case doc.PlannedValues == nil && doc.Values == nil:
		return wrong(file, "there is neither a plan nor a state in it", hint), false
	case doc.Errored:
		return wrong(file, "the plan is of a run that failed", "a part of a plan is not judged: mend it, and plan again"), false
	}
	return document.Diagnostic{}, true
}

func offset(err error, dec *json.Decoder) int64 {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return max(syntax.Offset-1, 0)
	}
	return dec.InputOffset()
}

// place is the line and column of an offset.
func place(data []byte, offset int64) (line, col int) {
	before := data[:min(int(offset), len(data))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// planned is a plan being read.
type planned struct {
	doc     planDoc
	changes map[string]diff
	sources map[string]map[string]any // the expressions of resources, by address without indexes
	c       *Configuration
}

// module adds the resources of a module and of those below; of one mode alone where only says so.
func (p *planned) module(m moduleDoc, only string) {
	for _, r := range m.Resources {
		if only != "" && r.Mode != only {
			continue
		}
		change := p.changes[r.Address]
		var sources any = p.sources[Bare(r.Address)]
		values, _ := masked{prefix: moduleOf(r.Address)}.value(r.Values, change.Unknown, either(r.Sensitive, change.Sensitive), sources).(map[string]any)
		if values == nil {
			values = map[string]any{}
		}
		if written, ok := p.sources[Bare(r.Address)]; ok {
			maps.DeleteFunc(values, func(name string, v any) bool { return provided(name, v) && written[name] == nil })
		}
		p.c.Resources = append(p.c.Resources, Resource{Address: r.Address, Mode: r.Mode, Type: r.Type, Values: values})
	}
	for _, child := range m.Children {
		p.module(child, only)
	}
}

// either is what one of two says is sensitive; the plan and the change say the same in two places.
func either(a, b any) any {
	if a == nil {
		return b
	}
	return a
}

// declared adds variables, outputs and providers.
func (p *planned) declared(values *stateDoc) {
	root := p.doc.Configuration.Root
	for _, name := range slices.Sorted(maps.Keys(root.Variables)) {
		v := root.Variables[name]
		out := Variable{Name: name, Description: v.Description, Sensitive: v.Sensitive, Required: v.Default == nil}
		switch {
		case v.Default != nil && v.Sensitive:
			out.Default = Unknown{Why: "sensitive"}
		case v.Default != nil:
			out.Default = masked{}.value(*v.Default, nil, nil, nil)
		}
		p.c.Variables = append(p.c.Variables, out)
	}
	names := maps.Clone(values.Outputs)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		o := values.Outputs[name]
		change := p.doc.OutputChanges[name]
		out := Output{Name: name, Sensitive: o.Sensitive, Value: masked{}.value(o.Value, change.Unknown, change.Sensitive, nil)}
		if o.Sensitive {
			out.Value = Unknown{Why: "sensitive"}
		}
		p.c.Outputs = append(p.c.Outputs, out)
	}
	for _, name := range slices.Sorted(maps.Keys(p.doc.Configuration.Providers)) {
		v := p.doc.Configuration.Providers[name]
		if v.Module == "" {
			p.c.Providers = append(p.c.Providers, Provider{Name: v.Name, Source: strings.TrimPrefix(v.Source, "registry.terraform.io/"), Version: v.Version})
		}
	}
}
