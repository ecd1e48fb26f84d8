" Vim syntax file for .spy schemas. Copy the folder's contents to ~/.vim.
if exists("b:current_syntax")
  finish
endif

syn case match
syn keyword spyTodo contained TODO FIXME XXX

syn match spyNumber /\v<0[xX]\x+>|<0[bB][01]+>/
syn match spyNumber /\v-?<\d+(\.\d+)?([eE][-+]?\d+)?((ns|us|ms|s|m|h|d)(\d+(ns|us|ms|s|m|h|d))*|[KMG]iB)?>/
syn keyword spyConstant true false now random

syn match spyEscape /\\\(u{\x\+}\|.\)/ contained
syn region spyString start=/"/ skip=/\\./ end=/"/ oneline contains=spyEscape

syn match spyType /\C\<[A-Z][A-Za-z0-9]*\>/
syn keyword spyBuiltin bool int8 int16 int32 int64 int uint8 uint16 uint32 uint64
syn keyword spyBuiltin float double string bytes time duration uuid uri bigint any
syn match spyBuiltin /\v<(stream|list|set|map)>\ze\s*\</

syn match spyKeyword /\v<package>\ze\s+\l/
syn match spyInclude /\v<import>\ze\s*"/
syn match spyStructure /\v<(model|exception|enum|union|endpoint)>\ze\s+\a/
syn match spyModifier /\v<(sealed|immutable)>\ze\s+(sealed|immutable|model|exception)>/
syn match spyKeyword /\v<(extends|throws|messages)>\ze\s+\a/
syn match spyKeyword /\v<(reserved|default)>\ze\s+\l\w*\s*;/

syn match spyMember /\v<[a-z_]\w*>\ze\s*:/
syn match spyMethod /\v<[a-z_]\w*>\ze\s*\(/
syn match spyAttribute /@\l\w*/
syn match spyOperator /->\|[?|=]/

syn match spyComment "//.*$" contains=spyTodo,@Spell
syn match spyDoc "///[^/].*$" contains=@Spell
syn match spyDoc "///$"
syn region spyComment start="/\*" end="\*/" contains=spyTodo,@Spell

hi def link spyAttribute PreProc
hi def link spyBuiltin Type
hi def link spyComment Comment
hi def link spyConstant Constant
hi def link spyDoc SpecialComment
hi def link spyEscape SpecialChar
hi def link spyInclude Include
hi def link spyKeyword Keyword
hi def link spyMember Identifier
hi def link spyMethod Function
hi def link spyModifier StorageClass
hi def link spyNumber Number
hi def link spyOperator Operator
hi def link spyString String
hi def link spyStructure Structure
hi def link spyTodo Todo
hi def link spyType Type

let b:current_syntax = "spy"
