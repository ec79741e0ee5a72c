# METADATA
# title: A notebook has no way to the internet of its own
# custom:
#   id: AXLE-SAGEMAKER-1
#   fix: "Set DirectInternetAccess: Disabled, and a SubnetId"
#   standards: [Security Hub SageMaker.1]
package axle.rules.sagemaker_internet

import data.axle.lib

says := "notebook %s has a way to the internet of its own"

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::SageMaker::NotebookInstance"), ["DirectInternetAccess"], {"Disabled"}, says)
