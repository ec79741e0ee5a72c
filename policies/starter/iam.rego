# How policy documents are read.
package axle.lib

# identity_documents gives every identity policy of the template, with the resource and path it stands at.
identity_documents contains {"id": id, "path": ["Properties", "PolicyDocument"], "document": object.get(properties, "PolicyDocument", null)} if {
	some kind in ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy"]
	some id, properties in of(kind)
}

identity_documents contains {"id": id, "path": ["Properties", "Policies", i, "PolicyDocument"], "document": at(object_or_empty(policy), ["PolicyDocument"])} if {
	some kind in ["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"]
	some id, properties in of(kind)
	some i, policy in many(object.get(properties, "Policies", null))
}

# grants gives the statements of a policy document that allow, each with its path below the
# document's. A statement whose effect is not known counts as one.
grants(document, path) := [[array.concat(path, step), s] |
	some [s, step] in statements(object.get(object_or_empty(document), "Statement", []))
	object.get(s, "Effect", "Allow") != "Deny"
]

statements(list) := [[object_or_empty(s), ["Statement", i]] | some i, s in list] if {
	is_array(list)
} else := [[object_or_empty(list), ["Statement"]]]

# unread yields a finding for a document that is not there to be read.
unread(id, path, document) := {undecided(id, path, document)} if {
	unknown(document)
} else := {undecided(id, array.concat(path, ["Statement"]), document.Statement)} if {
	unknown(document.Statement)
} else := {undecided(id, path, {"axle::unknown": "it is not a policy document"})} if {
	not is_object(document)
} else := {undecided(id, path, {"axle::unknown": "it has no Statement"})} if {
	object.get(document, "Statement", null) == null
} else := {undecided(id, array.concat(path, ["Statement", i]), s) |
	some i, s in many(object.get(document, "Statement", []))
	unknown(s)
}

default everyone(_) := false

# everyone holds for a principal that anybody is.
everyone(principal) if principal == "*"

everyone(principal) if {
	is_object(principal)
	some kind in ["AWS", "Federated", "CanonicalUser"]
	some who in many(object.get(principal, kind, null))
	who == "*"
}

# unnamed yields a finding for each grant to a principal that the template does not decide. An
# ARN that lacks only the account or region it is deployed to is somebody.
unnamed(id, path, document) := {undecided(id, array.concat(at, ["Principal"]), part) |
	some [at, statement] in grants(document, path)
	not narrowed(statement)
	some part in principals(object.get(statement, "Principal", null))
	unknown(part)
	not startswith(why(part), "AWS::")
}

principals(value) := {value} if {
	unknown(value)
} else := {part |
	some part in many(object.get(object_or_empty(value), "AWS", null))
}

# who are conditions that say whose requests are meant.
who := {
	"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:userid",
	"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths",
	"aws:sourcevpc", "aws:sourcevpce", "aws:sourceip", "kms:calleraccount",
}

anything := {"*", "0.0.0.0/0", "::/0"}

operators := {
	"StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnEquals", "ArnLike", "IpAddress",
	"ForAnyValue:StringEquals", "ForAnyValue:StringLike",
}

default narrowed(_) := false

# narrowed holds for a statement with a condition that says whose requests are meant.
narrowed(statement) if {
	some operator, keys in object_or_empty(object.get(statement, "Condition", {}))
	operator in operators
	some key, value in object_or_empty(keys)
	lower(key) in who
	count(many(value)) > 0
	every v in many(value) {
		not v in anything
	}
}

# strangers yields what is wrong with a document that says who may use a resource: a grant to
# everybody, to somebody unknown, or a document that cannot be read.
strangers(id, path, document, msg) := (unread(id, path, document) | unnamed(id, path, document)) | open if {
	open := {finding(id, array.concat(at, ["Principal"]), msg) |
		some [at, statement] in grants(document, path)
		everyone(object.get(statement, "Principal", "*"))
		not narrowed(statement)
	}
}
