// What scripts add to pages that are complete without them: focus on a form's errors, tables that sort,
// «copy» and «print». Nothing is asked of anybody.
const own = document.getElementById("console-script");
const start = async () => {
  const { initAll } = await import(own.dataset.govuk);
  initAll();
  const sortable = document.querySelectorAll('[data-module="moj-sortable-table"]');
  if (sortable.length) {
    const { SortableTable } = await import(own.dataset.moj);
    sortable.forEach((table) => new SortableTable(table));
  }
};
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  const said = button.nextElementSibling;
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent.trim());
    said.textContent = "Copied.";
  });
}
start();
