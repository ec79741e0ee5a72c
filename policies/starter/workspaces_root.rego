# METADATA
# title: A desktop's system is encrypted
# custom:
#   id: AXLE-WORKSPACES-2
#   fix: "Set RootVolumeEncryptionEnabled: true, and VolumeEncryptionKey"
#   standards: [Security Hub WorkSpaces.2]
package axle.rules.workspaces_root

import data.axle.lib

says := "the system of desktop %s is not encrypted"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::WorkSpaces::Workspace"), ["RootVolumeEncryptionEnabled"], says)
