# How a Terraform configuration is read. Data sources are of type "data.<type>".
package axle.lib

# tied gives the resources of a kind whose argument "bucket" means a resource: by reference, or by its name.
tied(kind, address, name) := {id: properties |
	some id, properties in of(kind)
	ties(object.get(properties, "bucket", null), address, name)
}

default ties(_, _, _) := false

ties(value, address, _) if {
	unknown(value)
	object.get(value, "axle::of", "") in {address, regex.replace(address, `\[[^\]]*\]$`, "")}
}

ties(value, _, name) if {
	is_string(name)
	value == name
}

# wants_companion yields a finding for each bucket that no resource of a kind sets right.
wants_companion(kind, steps, good, says) := {f |
	some id, properties in of("aws_s3_bucket")
	others := tied(kind, id, object.get(properties, "bucket", null))
	some f in companion(id, others, steps, good, sprintf(says, [id]))
}

companion(id, others, steps, good, msg) := {finding(id, [], msg)} if {
	count(others) == 0
} else := {f |
	some other, properties in others
	value := at(properties, steps)
	some f in judged_at({"id": other, "path": ["Properties"]}, steps, value, value in good, msg)
}

# unknown_or is a value where it is unknown, else nothing that a value could be.
unknown_or(value) := value if {
	unknown(value)
} else := {"axle": "known"}

default unsettled(_) := false

# unsettled holds for an unknown value that is not one resource's: an ARN or an address of AWS's is never "*".
unsettled(value) if {
	unknown(value)
	object.get(value, "axle::of", "") == ""
}

default from_document(_) := false

# from_document holds for a policy that a data source puts together: its statements are judged there.
from_document(value) if {
	unknown(value)
	contains(object.get(value, "axle::of", ""), "data.aws_iam_policy_document.")
}

# tf_document is the policy in a text; what is unknown stays so, and what is none is null.
tf_document(text) := text if {
	unknown(text)
} else := json.unmarshal(text) if {
	is_string(text)
	json.is_valid(text)
} else := null

tf_texts contains {"id": id, "path": ["Properties", "policy"], "text": object.get(properties, "policy", null)} if {
	some id, properties in of_any(["aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"])
}

tf_texts contains {"id": m.id, "path": array.concat(m.path, ["policy"]), "text": at(m.value, ["policy"])} if {
	some m in members(of("aws_iam_role"), ["inline_policy"])
}

# tf_allows gives the statements of identity policies that allow, with the resource and path they stand at.
tf_allows contains s if {
	some t in tf_texts
	some [_, statement] in grants(tf_document(t.text), [])
	s := {
		"id": t.id, "path": t.path, "but": object.get(statement, "NotAction", null) != null,
		"actions": many(object.get(statement, "Action", null)), "resources": many(object.get(statement, "Resource", null)),
	}
}

tf_allows contains s if {
	some m in members(of("data.aws_iam_policy_document"), ["statement"])
	statement := m.value
	object.get(statement, "effect", null) != "Deny"
	not tf_of_a_resource(statement)
	s := {
		"id": m.id, "path": m.path, "but": filled(object.get(statement, "not_actions", null)),
		"actions": many(object.get(statement, "actions", null)), "resources": many(object.get(statement, "resources", null)),
	}
}

tf_of_a_resource(statement) if {
	principals := statement.principals
	filled(principals)
	not unknown(principals)
}

default tf_narrowed(_) := false

# tf_narrowed holds for a statement block with a condition that says whose requests are meant.
tf_narrowed(statement) if {
	some condition in many(object.get(statement, "condition", null))
	condition.test in operators
	is_string(condition.variable)
	lower(condition.variable) in who
	count(many(condition.values)) > 0
	every v in many(condition.values) {
		not v in anything
	}
}

# tf_unread yields a finding for each identity policy that is not there to be read.
tf_unread contains f if {
	some t in tf_texts
	text := t.text
	not from_document(text)
	some f in unread(t.id, t.path, tf_document(text))
}

tf_unread contains undecided(m.id, m.path, m.value) if {
	some m in members(of("data.aws_iam_policy_document"), ["statement"])
	unknown(m.value)
}
