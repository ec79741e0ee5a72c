# METADATA
# title: A database is encrypted
# custom:
#   id: AXLE-RDS-1
#   fix: "Set StorageEncrypted: true; it cannot be changed later without a new database"
#   standards: [Security Hub RDS.3, Security Hub RDS.27]
package axle.rules.rds_encryption

import data.axle.lib

deny contains finding if {
	some id, properties in lib.databases
	path := ["Properties", "StorageEncrypted"]
	some finding in lib.must_be_true(id, path, object.get(properties, "StorageEncrypted", null), sprintf("database %s is not encrypted", [id]))
}
