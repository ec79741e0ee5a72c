package catalog

import "slices"

// attached says what a tag option, service action or budget is, and what it is attached to.
func (c Change) attached() string {
	s := c.Budget
	switch c.Kind {
	case KindTagOption:
		s = c.TagOption.words()
	case KindAction:
		s = c.Action.Name
	}
	if c.Product != "" {
		s += " of " + c.Product
	}
	if c.Version != nil {
		s += " " + c.Version.Name
	}
	return s
}

// isAttached says whether a change is about what is attached to products.
func (c Change) isAttached() bool {
	return c.Kind == KindTagOption || c.Kind == KindAction || c.Kind == KindBudget
}

// forTheRegion says whether a change makes what is attached by another change, after it.
func (c Change) forTheRegion() bool {
	return c.Kind == KindTagOption && c.Product == "" || c.Kind == KindAction && c.Version == nil
}

// attachedID is AWS's id of what is attached, or where it is missing that of what lacks it.
func (c Catalog) attachedID(ch Change) string {
	shared, product := c.SharedIn(ch.Region), c.Product(ch.Region, ch.Product)
	switch ch.Kind {
	case KindTagOption:
		all := shared.TagOptions
		if product != nil {
			all = append(all, product.TagOptions...)
		}
		if o := ch.TagOption.in(all); o != nil {
			return o.ID
		}
	case KindAction:
		if a, _ := shared.Action(Action{Name: ch.Action.Name, Owner: ch.Product}); a != nil {
			return a.ID
		}
	case KindBudget:
		return ch.Budget
	}
	if product == nil {
		return ""
	}
	return product.ID
}

func (o TagOption) words() string { return o.Key + "=" + o.Value }

func (o TagOption) in(all []TagOption) *TagOption {
	i := slices.IndexFunc(all, func(x TagOption) bool { return x.Key == o.Key && x.Value == o.Value })
	if i < 0 {
		return nil
	}
	return &all[i]
}

func (a Action) words() string {
	s := a.Document + " " + a.Version
	if a.AssumeRole != "" {
		s += " as " + a.AssumeRole
	}
	if a.Parameters != "" {
		s += " with " + a.Parameters
	}
	return s
}

// SharedIn is all that the products of a region have in common.
func (c Catalog) SharedIn(region string) Shared {
	all := Shared{Region: region}
	for _, s := range c.Shared {
		if s.Region == region {
			all.TagOptions = append(all.TagOptions, s.TagOptions...)
			all.Actions = append(all.Actions, s.Actions...)
		}
	}
	return all
}

// Action finds the action that a want means: the one that its product made, else the one of its
// name. Several of that name are doubles, and it is none of them (CAT-2).
func (s Shared) Action(want Action) (found *Action, doubles []Action) {
	var named []*Action
	for i := range s.Actions {
		a := &s.Actions[i]
		if a.Name != want.Name {
			continue
		}
		if a.Owner == want.Owner && a.Owner != "" {
			return a, nil
		}
		named = append(named, a)
	}
	switch len(named) {
	case 0:
		return nil, nil
	case 1:
		return named[0], nil
	}
	for _, a := range named {
		doubles = append(doubles, *a)
	}
	return nil, doubles
}

// standing is a wanted product as it is when it has been made, or nil where there is nothing to make.
func (d *difference) standing(want Product) *Product {
	if have := d.have.Product(d.region, want.Key); have != nil {
		return have
	}
	first := want.first()
	if first == nil {
		return nil
	}
	return &Product{Key: want.Key, Versions: []Version{first.fresh()}}
}

// tagOptions makes what the region lacks, or has inactive, and attaches it.
func (d *difference) tagOptions() {
	known := d.have.SharedIn(d.region).TagOptions
	for _, want := range d.want.Products {
		have := d.standing(want)
		if have == nil {
			continue
		}
		for _, o := range want.TagOptions {
			there := o.in(append(known, have.TagOptions...))
			switch {
			case there == nil:
				d.add(Change{Verb: Create, Kind: KindTagOption, TagOption: &o})
			case there.Inactive:
				d.add(Change{Verb: Update, Kind: KindTagOption, TagOption: &o, Before: "inactive", After: "active"})
			}
			if there == nil || there.Inactive {
				known = append([]TagOption{o}, known...)
			}
			if o.in(have.TagOptions) == nil {
				d.add(Change{Verb: Create, Kind: KindTagOption, Product: want.Key, TagOption: &o})
			}
		}
	}
}

// actions makes and redefines service actions, and gives them to the versions that are there.
func (d *difference) actions() {
	known := d.have.SharedIn(d.region)
	for _, want := range d.want.Products {
		have := d.standing(want)
		if have == nil {
			continue
		}
		for _, a := range want.Actions {
			there, _ := known.Action(a)
			switch {
			case there == nil:
				d.add(Change{Verb: Create, Kind: KindAction, Product: want.Key, Action: &a, After: a.words()})
				known.Actions = append(known.Actions, a)
			case there.words() != a.words():
				d.add(Change{Verb: Update, Kind: KindAction, Product: want.Key, Action: &a, Before: there.words(), After: a.words()})
			}
		}
		for _, v := range have.Versions {
			named := want.Version(v.Name)
			if v.Digest != "" && (named == nil || named.Active) {
				d.equip(want, v, v.Actions)
			}
		}
	}
}

// equip gives a version the service actions that it lacks: AWS gives a new one none (CAT-4).
func (d *difference) equip(p Product, v Version, has []string) {
	for _, a := range p.Actions {
		if !slices.Contains(has, a.Name) {
			d.attach(Create, p.Key, v, a.Name)
		}
	}
}

func (d *difference) attach(verb Verb, product string, v Version, action string) {
	d.add(Change{Verb: verb, Kind: KindAction, Product: product, Version: &Version{Name: v.Name, Digest: v.Digest}, Action: &Action{Name: action}})
}

// budgets takes away first: a product has one.
func (d *difference) budgets() {
	for _, want := range d.want.Products {
		have := d.standing(want)
		if have == nil {
			continue
		}
		for _, b := range have.Budgets {
			if !slices.Contains(want.Budgets, b) {
				d.add(Change{Verb: Delete, Kind: KindBudget, Product: want.Key, Budget: b})
			}
		}
		for _, b := range want.Budgets {
			if !slices.Contains(have.Budgets, b) {
				d.add(Change{Verb: Create, Kind: KindBudget, Product: want.Key, Budget: b})
			}
		}
	}
}

// detached are removals: what a wanted product has, and want has not. Nothing is deleted by it:
// others may use it.
func (d *difference) detached() {
	for _, want := range d.want.Products {
		have := d.have.Product(d.region, want.Key)
		if have == nil {
			continue
		}
		for _, o := range have.TagOptions {
			if o.in(want.TagOptions) == nil {
				d.add(Change{Verb: Delete, Kind: KindTagOption, Product: want.Key, TagOption: &TagOption{Key: o.Key, Value: o.Value}})
			}
		}
		for _, v := range have.Versions {
			for _, name := range v.Actions {
				if !slices.ContainsFunc(want.Actions, func(a Action) bool { return a.Name == name }) {
					d.attach(Delete, want.Key, v, name)
				}
			}
		}
	}
}
