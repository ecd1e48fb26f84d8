autocmd BufNewFile,BufRead *.spy setfiletype spy
