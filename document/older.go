package document

var (
	sexagesimal = NewPattern(`^[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`)
	otherBase   = NewPattern(`^[-+]?0[xXoObB]`)
	exponent    = NewPattern(`[eE]`)
	signed      = NewPattern(`\..*[eE][-+]`)
)

// older reads plain text as YAML 1.1 does, by which CloudFormation reads templates: yes is true. What
// 1.1 takes for another number than anybody means is refused (T12).
func (r *reader) older(n *Node, time bool) {
	reading, isBool := readsAsBool(n.Value)
	switch {
	case n.Kind == Text && isBool:
		n.Kind, n.Value = Bool, reading
	case n.Kind == Text && time:
		r.fail(n, "AXLE2474", "value reads as a date; quote it", "") // B073
	case n.Kind == Text && sexagesimal.MatchString(n.Value):
		r.fail(n, "AXLE2474", n.Value+" reads as a number of base 60; quote it", "")
	case n.Kind == Number && otherBase.MatchString(n.Value):
		r.fail(n, "AXLE2474", n.Value+" reads as another number; write it in decimals, or quote it", "")
	case n.Kind == Number && exponent.MatchString(n.Value) && !signed.MatchString(n.Value):
		n.Kind = Text
	}
}
