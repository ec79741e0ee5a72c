# METADATA
# title: A volume is encrypted
# custom:
#   id: AXLE-EC2-3
#   fix: "Set Encrypted: true, and KmsKeyId for a key of yours"
#   standards: [Security Hub EC2.3]
package axle.rules.ebs_encryption

import data.axle.lib

deny contains finding if {
	some id, properties in lib.of("AWS::EC2::Volume")
	some finding in lib.must_be_true(id, ["Properties", "Encrypted"], object.get(properties, "Encrypted", null), sprintf("volume %s is not encrypted", [id]))
}

deny contains finding if {
	some at in mappings
	some i, mapping in lib.many(at.list)
	object.get(lib.object_or_empty(mapping), "Ebs", null) != null
	path := array.concat(at.path, ["BlockDeviceMappings", i, "Ebs", "Encrypted"])
	some finding in lib.must_be_true(at.id, path, lib.at(mapping, ["Ebs", "Encrypted"]), sprintf("a volume of %s is not encrypted", [at.id]))
}

deny contains lib.undecided(at.id, array.concat(at.path, ["BlockDeviceMappings"]), part) if {
	some at in mappings
	some part in lib.many(at.list)
	lib.unknown(part)
}

mappings contains {"id": id, "path": ["Properties"], "list": lib.at(properties, ["BlockDeviceMappings"])} if {
	some id, properties in lib.of("AWS::EC2::Instance")
}

mappings contains {"id": id, "path": ["Properties", "LaunchTemplateData"], "list": lib.at(properties, ["LaunchTemplateData", "BlockDeviceMappings"])} if {
	some id, properties in lib.of("AWS::EC2::LaunchTemplate")
}
