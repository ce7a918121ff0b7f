/** Mail and workers, for operators. */
import { Empty } from '../components/states.tsx';
import { Page } from '../shell/page.tsx';

/** The page. */
export function Mail() {
  return (
    <Page title="Mail and workers">
      <Empty title="This page is not there yet." />
    </Page>
  );
}
