// For the classic notebook, which shows tabs as arrows and indents with spaces.
define(["base/js/namespace"], function (Jupyter) {
  "use strict";
  return {
    onload: function () {
      var style = document.createElement("style");
      style.textContent = ".CodeMirror .cm-tab { background: none !important; }";
      document.head.appendChild(style);
      function tabs(cell) {
        if (cell.cell_type === "code" && cell.code_mirror) {
          cell.code_mirror.setOption("indentWithTabs", true);
          cell.code_mirror.setOption("indentUnit", 4);
        }
      }
      Jupyter.notebook.get_cells().forEach(tabs);
      Jupyter.notebook.events.on("create.Cell", function (event, made) { tabs(made.cell); });
    }
  };
});
