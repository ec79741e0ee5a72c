package stages

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// give changes a parameter; steps before it saw the template as it was.
func (s *scene) give(args []string, _ [][]string) error {
	s.parameters[args[0]] = args[1]
	s.form = nil
	_, err := s.read()
	return err
}

func (s *scene) typed(args []string, _ [][]string) error {
	r, err := s.entry("Resources", "resource", args[0])
	if err != nil {
		return err
	}
	object, _ := r.(map[string]any)
	if object["Type"] != args[1] {
		return fmt.Errorf("it is of type %v", object["Type"])
	}
	return nil
}

func (s *scene) absent(args []string, _ [][]string) error {
	part, err := s.section("Resources")
	if err == nil && part[args[0]] != nil {
		return errors.New("it is there")
	}
	return err
}

func (s *scene) counted(args []string, _ [][]string) error {
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	ids, err := s.ofType(args[1])
	if err == nil && len(ids) != want {
		return fmt.Errorf("there are %d: %s", len(ids), strings.Join(ids, ", "))
	}
	return err
}

// ofType gives the logical ids of a type, sorted.
func (s *scene) ofType(kind string) ([]string, error) {
	part, err := s.section("Resources")
	var ids []string
	for id, r := range part {
		if object, _ := r.(map[string]any); object["Type"] == kind {
			ids = append(ids, id)
			s.asserted[id] = true
		}
	}
	sort.Strings(ids)
	return ids, err
}

// value is a known scalar at a path, or why it is none.
func (s *scene) value(path, id string) (string, error) {
	v, found, err := s.at(id, path)
	switch {
	case err != nil:
		return "", err
	case !found:
		return "", errors.New("nothing is there")
	}
	return asText(v)
}

func (s *scene) is(args []string, _ [][]string) error {
	got, err := s.value(args[0], args[1])
	if err == nil && got != args[2] {
		return fmt.Errorf("it is %q", got)
	}
	return err
}

func (s *scene) isNot(args []string, _ [][]string) error {
	v, found, err := s.at(args[1], args[0])
	if err != nil || !found {
		return err
	}
	got, err := asText(v)
	if err == nil && got == args[2] {
		return errors.New("it is")
	}
	return err
}

func (s *scene) holds(args []string, _ [][]string) error {
	v, found, err := s.at(args[1], args[0])
	if err != nil {
		return err
	}
	items, list := v.([]any)
	if found && list {
		for _, item := range items {
			if text, err := asText(item); err == nil && text == args[2] {
				return nil
			}
		}
		return errors.New("no known item of the list is that")
	}
	got, err := s.value(args[0], args[1])
	if err == nil && !strings.Contains(got, args[2]) {
		return fmt.Errorf("it is %q", got)
	}
	return err
}

func (s *scene) matches(args []string, _ [][]string) error {
	expression, err := regexp.Compile("^(?:" + args[2] + ")$")
	if err != nil {
		return err
	}
	got, err := s.value(args[0], args[1])
	if err == nil && !expression.MatchString(got) {
		return fmt.Errorf("it is %q", got)
	}
	return err
}

func (s *scene) has(args []string, _ [][]string) error {
	v, found, err := s.at(args[0], args[1])
	if err != nil {
		return err
	}
	if !found {
		return errors.New("nothing is there")
	}
	if object, ok := v.(map[string]any); ok && object["axle::unknown"] != nil {
		return fmt.Errorf("it cannot be known without running: %v", object["axle::unknown"])
	}
	return nil
}

func (s *scene) hasNot(args []string, _ [][]string) error {
	_, found, err := s.at(args[0], args[1])
	if err == nil && found {
		return errors.New("it is there, or cannot be known")
	}
	return err
}

// table holds each row; its first may be a heading.
func (s *scene) table(args []string, rows [][]string) error {
	if len(rows) > 0 && len(rows[0]) == 2 && rows[0][0] == "path" && rows[0][1] == "value" {
		rows = rows[1:]
	}
	if len(rows) == 0 {
		return errors.New("there is no table of | path | value | below it")
	}
	for _, row := range rows {
		if len(row) != 2 {
			return errors.New("a row has a path and a value")
		}
		if err := s.is([]string{row[0], args[0], row[1]}, nil); err != nil {
			return fmt.Errorf("%s: %w", row[0], err)
		}
	}
	return nil
}

// each holds a step for every resource of a type; a type of which there is none holds nothing.
func (s *scene) each(kind string, hold func(id string) error) error {
	ids, err := s.ofType(kind)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return errors.New("there is no resource of that type")
	}
	for _, id := range ids {
		if err := hold(id); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	return nil
}

func (s *scene) every(args []string, _ [][]string) error {
	return s.each(args[0], func(id string) error { return s.has([]string{id, args[1]}, nil) })
}

func (s *scene) everyAs(args []string, _ [][]string) error {
	return s.each(args[0], func(id string) error { return s.is([]string{args[1], id, args[2]}, nil) })
}

func (s *scene) kept(args []string, _ [][]string) error {
	r, err := s.entry("Resources", "resource", args[0])
	if err != nil {
		return err
	}
	object, _ := r.(map[string]any)
	if policy, _ := object["DeletionPolicy"].(string); !slices.Contains([]string{"Retain", "RetainExceptOnCreate", "Snapshot"}, policy) {
		return fmt.Errorf("its DeletionPolicy is %q", policy)
	}
	return nil
}

func (s *scene) output(args []string, _ [][]string) error {
	_, err := s.entry("Outputs", "output", args[0])
	return err
}

func (s *scene) outputIs(args []string, _ [][]string) error {
	out, err := s.entry("Outputs", "output", args[0])
	if err != nil {
		return err
	}
	object, _ := out.(map[string]any)
	got, err := asText(object["Value"])
	if err == nil && got != args[1] {
		return fmt.Errorf("it is %q", got)
	}
	return err
}

func (s *scene) parameter(args []string, _ [][]string) error {
	_, err := s.entry("Parameters", "parameter", args[0])
	return err
}

func (s *scene) hasDefault(args []string, _ [][]string) error {
	p, err := s.entry("Parameters", "parameter", args[0])
	if err != nil {
		return err
	}
	object, _ := p.(map[string]any)
	got, ok := object["Default"]
	if !ok {
		return errors.New("it has no default")
	}
	if fmt.Sprint(got) != args[1] {
		return fmt.Errorf("it is %q", fmt.Sprint(got))
	}
	return nil
}

func (s *scene) conditionTrue(args []string, _ [][]string) error  { return s.condition(args[0], true) }
func (s *scene) conditionFalse(args []string, _ [][]string) error { return s.condition(args[0], false) }

func (s *scene) condition(name string, want bool) error {
	v, err := s.entry("Conditions", "condition", name)
	if err != nil {
		return err
	}
	got, known := v.(bool)
	if !known {
		_, err := asText(v)
		return err
	}
	if got != want {
		return fmt.Errorf("it is %v", got)
	}
	return nil
}
