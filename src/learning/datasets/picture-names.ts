const pictureExtension = /\.(jpe?g|jpe|jfif|png|webp|gif|avif|tiff?|bmp|heic|heif|svg|jp2|jxl|ico|psd)$/i;
const documentName =
  /^(readme|licen[cs]e|copying|notice|authors|contributors|changelog|citation|attribution|sources?)\b/i;
const documentExtension =
  /\.(md|txt|rst|pdf|docx?|html?|json|jsonl|csv|tsv|xml|ya?ml|toml|ini|log|py|ipynb|js|ts|sh|parquet|arrow|npy|mat|pkl|sha256|md5)$/i;

/**
 * Files that stand beside pictures without being meant as one: a README, a licence, notes, lists. Everything else is
 * taken for a picture, and stands in the report if it is none.
 */
export function isDocument(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (hasPictureExtension(name)) return false;
  return documentName.test(name) || documentExtension.test(name);
}

/** Whether a file's name says that it is a picture, supported or not. */
export function hasPictureExtension(path: string): boolean {
  return pictureExtension.test(path);
}
