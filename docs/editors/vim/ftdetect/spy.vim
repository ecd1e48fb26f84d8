" Not `setfiletype`: Vim itself takes .spy for Spyce, a template language for Python.
autocmd BufNewFile,BufRead *.spy set filetype=spy
