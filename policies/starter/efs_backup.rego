# METADATA
# title: A file system is backed up
# custom:
#   id: AXLE-EFS-2
#   fix: "Set BackupPolicy: { Status: ENABLED }"
#   standards: [Security Hub EFS.7]
package axle.rules.efs_backup

import data.axle.lib

says := "file system %s is not backed up"

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::EFS::FileSystem"), ["BackupPolicy", "Status"], {"ENABLED"}, says)
