// Sorts tables by the heads of their columns, and filters the table of students. The page can be read without it.
(() => {
  "use strict";
  for (const table of document.querySelectorAll("[data-sortable]")) new Tablesort(table);

  const filters = document.getElementById("filters");
  if (!filters) return;
  const rows = [...document.querySelectorAll("#student-lines > tr")];
  const named = document.getElementById("filter-name");
  const having = document.getElementById("filter-having");
  const told = document.getElementById("filter-told");

  function filter() {
    const text = named.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const is = row.cells[0].textContent.toLowerCase().includes(text);
      const has = having.value === "" || row.dataset.is.split(" ").includes(having.value);
      row.hidden = !(is && has);
      shown += is && has;
    }
    told.textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} students shown`;
  }

  // Where a misconception is looked up from its own line, its students are shown.
  for (const link of document.querySelectorAll("a[data-having]")) {
    link.addEventListener("click", () => {
      named.value = "";
      having.value = link.dataset.having;
      filter();
    });
  }
  named.addEventListener("input", filter);
  having.addEventListener("change", filter);
  filters.hidden = false;
  filter();
})();
