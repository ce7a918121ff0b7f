/** The mark and the name. */
import styles from './brand.module.css';

/** Of the product, with the platform it serves where there is room. */
export function Brand({ platform }: { readonly platform: string | undefined }) {
  return (
    <span className={styles['brand']}>
      <img src="/icon.svg" alt="" width="24" height="24" />
      <span className={styles['name']}>Graceline</span>
      {platform !== undefined && <span className={styles['platform']}>{platform}</span>}
    </span>
  );
}
