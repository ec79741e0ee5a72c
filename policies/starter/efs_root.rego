# METADATA
# title: An access point shows a folder, not the whole file system
# custom:
#   id: AXLE-EFS-3
#   fix: "Set RootDirectory: { Path: /the-folder }"
#   standards: [Security Hub EFS.3]
package axle.rules.efs_root

import data.axle.lib

says := "access point %s shows the whole file system"

warn contains finding if some finding in lib.wants_given_but(lib.of("AWS::EFS::AccessPoint"), ["RootDirectory", "Path"], {"/"}, says)
