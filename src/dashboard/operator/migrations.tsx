/** Migrations, for operators. */
import { Empty } from '../components/states.tsx';
import { Page } from '../shell/page.tsx';

/** The page. */
export function Migrations() {
  return (
    <Page title="Migrations">
      <Empty title="This page is not there yet." />
    </Page>
  );
}
