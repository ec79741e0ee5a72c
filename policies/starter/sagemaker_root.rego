# METADATA
# title: A notebook's user is not root
# custom:
#   id: AXLE-SAGEMAKER-2
#   fix: "Set RootAccess: Disabled"
#   standards: [Security Hub SageMaker.3]
package axle.rules.sagemaker_root

import data.axle.lib

says := "whoever uses notebook %s is root"

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::SageMaker::NotebookInstance"), ["RootAccess"], {"Disabled"}, says)
