# METADATA
# title: A database is encrypted
# custom:
#   id: AXLE-TF-RDS-1
#   fix: "Set storage_encrypted = true"
#   standards: [Security Hub RDS.3, Security Hub RDS.27]
package axle.terraform.rds_encryption

import data.axle.lib

# A replica is encrypted as its source is.
sources := {id: properties |
	some id, properties in lib.of_any(["aws_db_instance", "aws_rds_cluster"])
	not lib.given(object.get(properties, "replicate_source_db", null))
}

deny contains finding if some finding in lib.wants_true(sources, ["storage_encrypted"], "database %s is not encrypted")
