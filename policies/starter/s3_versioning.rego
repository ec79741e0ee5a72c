# METADATA
# title: A bucket keeps old versions
# custom:
#   id: AXLE-S3-5
#   fix: "Set VersioningConfiguration: { Status: Enabled }"
#   standards: [Security Hub S3.14]
package axle.rules.s3_versioning

import data.axle.lib

path := ["Properties", "VersioningConfiguration", "Status"]

warn contains lib.finding(id, path, sprintf("bucket %s keeps no old versions", [id])) if {
	some id, properties in lib.of("AWS::S3::Bucket")
	status := lib.at(properties, ["VersioningConfiguration", "Status"])
	not lib.unknown(status)
	status != "Enabled"
}

warn contains lib.undecided(id, path, status) if {
	some id, properties in lib.of("AWS::S3::Bucket")
	status := lib.at(properties, ["VersioningConfiguration", "Status"])
	lib.unknown(status)
}
