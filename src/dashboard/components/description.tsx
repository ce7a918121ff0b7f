/** What an operator wrote about a migration, as it stands on the public page. */
import styles from './prose.module.css';

interface DescriptionProps {
  /** `descriptionHtml` of the API, which makes it safe: it runs nothing, and loads nothing from elsewhere. */
  readonly html: string;
}

/** The text; that there is none where it is empty. */
export function Description({ html }: DescriptionProps) {
  if (html === '') return <p className="soft">There is no text beside the title.</p>;
  return <div className={`${styles['prose']} ${styles['text']}`} dangerouslySetInnerHTML={{ __html: html }} />;
}
