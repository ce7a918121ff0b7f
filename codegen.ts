/**
 * Types for the operations that clients of the API send: the tests today, the dashboard later. Run by `npm run schema`;
 * what it writes is committed, and `npm run check:schema` fails where it is out of date.
 */
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  documents: 'schema/operations/*.graphql',
  ignoreNoDocuments: true,
  generates: {
    'schema/generated/operations.ts': {
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        immutableTypes: true,
        useTypeImports: true,
        skipTypename: true,
        // As JSON carries them. A scalar that is not listed is `unknown` and has to be parsed by whoever reads it.
        scalars: { DateTime: 'string', PartialDate: 'string', JSONObject: 'Readonly<Record<string, unknown>>' },
        defaultScalarType: 'unknown',
      },
    },
  },
};

export default config;
