/** Notices, for administrators. */
import { Empty } from '../components/states.tsx';
import { Page } from '../shell/page.tsx';

/** The page. */
export function Notices() {
  return (
    <Page title="Notices">
      <Empty title="This page is not there yet." />
    </Page>
  );
}
