/**
 * Types for the operations that clients of the API send: of the tests in `schema/operations/`, and of the dashboard beside
 * the page that sends them. Run by `npm run schema`; what it writes is committed, and `npm run check:schema` fails where it
 * is out of date.
 */
import type { CodegenConfig } from '@graphql-codegen/cli';

const output = {
  plugins: ['typescript-operations', 'typed-document-node'],
  config: {
    immutableTypes: true,
    useTypeImports: true,
    skipTypename: true,
    // As JSON carries them. A scalar that is not listed is `unknown` and has to be parsed by whoever reads it.
    scalars: { DateTime: 'string', PartialDate: 'string', JSONObject: 'Readonly<Record<string, unknown>>' },
    defaultScalarType: 'unknown',
  },
};

const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  ignoreNoDocuments: true,
  generates: {
    'schema/generated/operations.ts': { documents: 'schema/operations/*.graphql', ...output },
    'schema/generated/dashboard.ts': { documents: 'src/dashboard/**/*.graphql', ...output },
  },
};

export default config;
