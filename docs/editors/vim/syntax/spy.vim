" Vim syntax file for .spy schemas.  Copy the folder's contents to ~/.vim.
"
" Words of the language are words only where they can be, so each kind of declaration is a
" region of its own.  Where two matches begin at the same place the later one wins.
if exists("b:current_syntax")
  finish
endif

syn case match
syn iskeyword @,48-57,_
syn sync fromstart

" --- anywhere ---
syn keyword spyTodo contained TODO FIXME XXX
syn match spyComment "//.*$" contains=spyTodo,@Spell
syn match spyDoc "///\%([^/].*\)\?$" contains=@Spell
syn region spyComment start="/\*" end="\*/" contains=spyTodo,@Spell

syn match spyEscape /\\\%(u{\x\+}\|.\)/ contained
syn region spyString start=/"/ skip=/\\./ end=/"/ oneline contains=spyEscape

syn match spyAttribute /@\l\w*/ nextgroup=spyArguments skipwhite
syn region spyArguments start=/(/ end=/)/ contained contains=@spyAnywhere,spyNumber,spyWord,spyArgument,spyOperator
syn match spyWord /\<\l\w*\>/ contained
syn match spyArgument /\<\l\w*\>\ze\s*=/ contained

syn cluster spyAnywhere contains=spyComment,spyDoc,spyString,spyAttribute

" --- types, values, names ---
syn match spyOperator /->\|[?|=]/ contained
syn match spyNumber /-\?\<\d\+\%(\.\d\+\)\?\%([eE][-+]\?\d\+\|[KMG]iB\)\?\>/ contained
syn match spyNumber /-\?\<\%(\d\+\%(ns\|us\|ms\|s\|m\|h\|d\)\)\+\>/ contained
syn match spyNumber /-\?\<0\%([xX]\x\+\|[bB][01]\+\)\>/ contained

syn match spyType /\<\u\w*\>/ contained
syn match spyBuiltin /\<\%(bool\|u\?int\%(8\|16\|32\|64\)\|int\|float\|double\|string\|bytes\|time\|duration\|uuid\|uri\|bigint\|any\|list\|set\|map\|stream\)\>/ contained
syn match spyNamespace /\<\l\w*\>\ze\.\u/ contained
syn match spyValue /\%(=\s*\)\@40<=\<\l\w*\>/ contained
syn match spyConstant /\%(=\s*\)\@40<=\<\%(true\|false\|now\|random\)\>/ contained
syn match spyMember /\<\l\w*\>\ze\s*:/ contained

syn cluster spyTypes contains=spyType,spyBuiltin,spyNamespace,spyOperator
syn cluster spyMembers contains=spyMember,spyValue,spyConstant,spyNumber

" --- declarations ---
syn keyword spyModifier sealed immutable
syn keyword spyKeyword package nextgroup=spyNamespaceName skipwhite
syn match spyNamespaceName /\<\l\w*\>/ contained
syn keyword spyInclude import

syn match spyExtends /\<extends\>\ze\_s\+\a/ contained
syn match spyReserved /\<reserved\>\ze\_s\+\l\w*\s*;/ contained nextgroup=spyReservedName skipwhite
syn match spyReservedName /\<\l\w*\>/ contained
syn region spyRecord matchgroup=spyStructure start=/\<\%(model\|exception\)\>/ matchgroup=NONE end=/}/ contains=@spyAnywhere,@spyTypes,spyExtends,spyReserved,@spyMembers

syn match spyEnumValue /\<\l\w*\>/ contained
syn match spyDefault /\<default\>\ze\_s\+\l/ contained nextgroup=spyEnumValue skipwhite
syn region spyEnum matchgroup=spyStructure start=/\<enum\>/ matchgroup=NONE end=/}/ contains=@spyAnywhere,spyType,spyOperator,spyNumber,spyEnumValue,spyDefault

syn region spyUnion matchgroup=spyStructure start=/\<union\>/ matchgroup=NONE end=/;/ contains=@spyAnywhere,@spyTypes

syn match spyEndpointName /\%(\<endpoint\_s\+\)\@40<=\l\w*/ contained
syn match spyMessages /\<messages\>\ze\_s\+\a/ contained
syn match spyThrows /\<throws\>\ze\_s\+\a/ contained
syn match spyMethod /\<\l\w*\>\ze\s*(/ contained
syn region spyEndpoint matchgroup=spyStructure start=/\<endpoint\>/ matchgroup=NONE end=/}/ contains=@spyAnywhere,@spyTypes,spyEndpointName,spyMessages,spyThrows,spyMethod,@spyMembers

hi def link spyArgument Identifier
hi def link spyAttribute PreProc
hi def link spyBuiltin Type
hi def link spyComment Comment
hi def link spyConstant Constant
hi def link spyDefault Keyword
hi def link spyDoc SpecialComment
hi def link spyEndpointName Type
hi def link spyEnumValue Constant
hi def link spyEscape SpecialChar
hi def link spyExtends Keyword
hi def link spyInclude Include
hi def link spyKeyword Keyword
hi def link spyMember Identifier
hi def link spyMessages Keyword
hi def link spyMethod Function
hi def link spyModifier StorageClass
hi def link spyNamespace Directory
hi def link spyNamespaceName Directory
hi def link spyNumber Number
hi def link spyOperator Operator
hi def link spyReserved Keyword
hi def link spyReservedName Identifier
hi def link spyString String
hi def link spyStructure Structure
hi def link spyThrows Keyword
hi def link spyTodo Todo
hi def link spyType Type
hi def link spyValue Constant
hi def link spyWord Constant

let b:current_syntax = "spy"
