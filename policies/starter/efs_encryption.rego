# METADATA
# title: A file system is encrypted
# custom:
#   id: AXLE-EFS-1
#   fix: "Set Encrypted: true; it cannot be changed later without a new file system"
#   standards: [Security Hub EFS.1, CIS AWS v3.0 2.4.1]
package axle.rules.efs_encryption

import data.axle.lib

says := "file system %s is not encrypted"

deny contains finding if some finding in lib.wants_true(lib.of("AWS::EFS::FileSystem"), ["Encrypted"], says)
