"""Jupyter's own conformance suite for kernels (jupyter_kernel_test 0.4.5), against an installed kernelspec."""
import os
import unittest

import jupyter_kernel_test as jkt


class GoKernelTests(jkt.KernelTests):
    kernel_name = os.environ.get("UACS_KERNEL", "uacs-go")
    language_name = "go"
    file_extension = ".go"
    code_hello_world = 'fmt.Println("hello, world")'
    code_stderr = 'fmt.Fprintln(os.Stderr, "error, world")'
    completion_samples = [{"text": "fmt.Printl", "matches": {"Println"}}]
    complete_code_samples = ["1 + 1", "x := 3", "func f() int {\n\treturn 1\n}", "for i := range 3 {\n\tfmt.Println(i)\n}"]
    incomplete_code_samples = ["func f() {", "for i := range 3 {\n", "fmt.Println("]
    invalid_code_samples = ["x := )", "func 3() {}"]
    code_page_something = "%help"
    code_generate_error = 'panic("error")'
    code_execute_result = [{"code": "1+2+3", "result": "6"}, {"code": '"a" + "b"', "result": "ab"}]
    code_display_data = [
        {"code": 'display.Display(display.HTML("<b>bold</b>"))', "mime": "text/html"},
        {"code": "Display(7)", "mime": "text/plain"},
    ]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "fmt.Println"
    code_clear_output = "display.ClearOutput(false)"


if __name__ == "__main__":
    unittest.main()
