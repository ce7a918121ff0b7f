/** Settings, for administrators. */
import { Empty } from '../components/states.tsx';
import { Page } from '../shell/page.tsx';

/** The page. */
export function Settings() {
  return (
    <Page title="Settings">
      <Empty title="This page is not there yet." />
    </Page>
  );
}
