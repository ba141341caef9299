import { awsCredentialType } from '../enums.ts';
import { createInputType, fieldOf, nonNull, secretWriteOnly, toInputShape } from '../fields.ts';
import { parseObject } from '../parsers.ts';
import { multiModalConfig, string, stringMap } from '../values.ts';

const tokenFields = {
  accessKeyId: string('aws_access_key_id', 'The access key id. Required for `KEY_SECRET`.', secretWriteOnly),
  secretAccessKey: string(
    'aws_secret_access_key',
    'The secret access key. Required for `KEY_SECRET`.',
    secretWriteOnly,
  ),
  roleArn: string('aws_role_arn', 'The ARN of the IAM role. Required for `ASSUMED_ROLE`.'),
};

/** The fields that the integrations with AWS have in common. */
export const awsFields = {
  token: fieldOf({
    parse: parseObject,
    inputType: createInputType(
      'AwsTokenInput',
      'AWS credentials: `accessKeyId` and `secretAccessKey`, or `roleArn`.',
      tokenFields,
    ),
    inputShape: toInputShape(tokenFields),
  })('token', 'AWS credentials.', { input: 'required' }),
  multiModalConfig,
  credentialType: fieldOf(awsCredentialType)(
    'credential_type',
    'How Galileo authenticates with AWS. Default: `KEY_SECRET`.',
    nonNull,
  ),
  region: string('region', 'The AWS region of the models. Default: `us-west-2`.', nonNull),
  inferenceProfiles: stringMap(
    'inference_profiles',
    'Inference profiles. Each key is a model. Its value is the profile through which Galileo calls the model.',
    nonNull,
  ),
};
