# METADATA
# title: A desktop's data is encrypted
# custom:
#   id: AXLE-WORKSPACES-1
#   fix: "Set UserVolumeEncryptionEnabled: true, and VolumeEncryptionKey"
#   standards: [Security Hub WorkSpaces.1]
package axle.rules.workspaces_encryption

import data.axle.lib

says := "the data of desktop %s is not encrypted"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::WorkSpaces::Workspace"), ["UserVolumeEncryptionEnabled"], says)
