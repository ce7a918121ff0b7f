/** Accounts, for operators. */
import { Empty } from '../components/states.tsx';
import { Page } from '../shell/page.tsx';

/** The page. */
export function Accounts() {
  return (
    <Page title="Accounts">
      <Empty title="This page is not there yet." />
    </Page>
  );
}
