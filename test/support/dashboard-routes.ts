/** What pages the dashboard has, as it has them itself: what looks at every page cannot forget one. */

/** Who sees a page. */
export type PageRole = 'OPERATOR' | 'ADMINISTRATOR';

interface Routed {
  readonly routes: readonly { readonly path: string }[];
}

/** Outside of the program of the tests, which knows neither JSX nor the DOM. */
const MODULES: Readonly<Record<PageRole, readonly [file: string, name: string]>> = {
  OPERATOR: ['operator', 'OPERATOR_PAGES'],
  ADMINISTRATOR: ['administrator', 'ADMINISTRATOR_PAGES'],
};

/** The patterns of a role's pages, e.g. `/accounts/:id`. */
export async function routesOf(role: PageRole): Promise<string[]> {
  const [folder, name] = MODULES[role];
  const file = new URL(`../../src/dashboard/${folder}/pages.tsx`, import.meta.url);
  const module = (await import(file.href)) as Record<string, Routed>;
  return module[name]!.routes.map(({ path }) => path);
}
