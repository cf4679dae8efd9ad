module wane/from_go

go 1.19
