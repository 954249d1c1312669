//go:build amd64 && !purego && !race

#include "go_asm.h"
#include "textflag.h"

// A block goes through in tiles of 512 bytes, which Z0 to Z7 hold while every step is
// taken: BX is the tile's offset, SI where the rows come from, DX and CX the first
// step and the end of them.

#define LOAD \
	VMOVDQU64 (SI)(BX*1), Z0    \
	VMOVDQU64 64(SI)(BX*1), Z1  \
	VMOVDQU64 128(SI)(BX*1), Z2 \
	VMOVDQU64 192(SI)(BX*1), Z3 \
	VMOVDQU64 256(SI)(BX*1), Z4 \
	VMOVDQU64 320(SI)(BX*1), Z5 \
	VMOVDQU64 384(SI)(BX*1), Z6 \
	VMOVDQU64 448(SI)(BX*1), Z7

#define AND \
	VPANDQ (R9), Z0, Z0    \
	VPANDQ 64(R9), Z1, Z1  \
	VPANDQ 128(R9), Z2, Z2 \
	VPANDQ 192(R9), Z3, Z3 \
	VPANDQ 256(R9), Z4, Z4 \
	VPANDQ 320(R9), Z5, Z5 \
	VPANDQ 384(R9), Z6, Z6 \
	VPANDQ 448(R9), Z7, Z7

#define OR \
	VPORQ (R9), Z0, Z0    \
	VPORQ 64(R9), Z1, Z1  \
	VPORQ 128(R9), Z2, Z2 \
	VPORQ 192(R9), Z3, Z3 \
	VPORQ 256(R9), Z4, Z4 \
	VPORQ 320(R9), Z5, Z5 \
	VPORQ 384(R9), Z6, Z6 \
	VPORQ 448(R9), Z7, Z7

// The table 0x50 is 1 where the tile is 1 and the rows at R9 are 0.
#define ANDNOT \
	VPTERNLOGQ $0x50, (R9), Z0, Z0    \
	VPTERNLOGQ $0x50, 64(R9), Z1, Z1  \
	VPTERNLOGQ $0x50, 128(R9), Z2, Z2 \
	VPTERNLOGQ $0x50, 192(R9), Z3, Z3 \
	VPTERNLOGQ $0x50, 256(R9), Z4, Z4 \
	VPTERNLOGQ $0x50, 320(R9), Z5, Z5 \
	VPTERNLOGQ $0x50, 384(R9), Z6, Z6 \
	VPTERNLOGQ $0x50, 448(R9), Z7, Z7

// func applySteps(out, x *Words, steps *Step, n int) (any uint64)
TEXT ·applySteps(SB), NOSPLIT, $0-40
	MOVQ   out+0(FP), DI
	MOVQ   x+8(FP), SI
	MOVQ   steps+16(FP), DX
	MOVQ   n+24(FP), CX
	IMULQ  $Step__size, CX
	ADDQ   DX, CX
	XORQ   BX, BX
	VPXORQ Z8, Z8, Z8

tile:
	LOAD
	MOVQ DX, R8
	CMPQ R8, CX
	JEQ  store

step:
	MOVQ    Step_Rows(R8), R9
	MOVBLZX Step_Op(R8), R10
	ADDQ    BX, R9
	CMPL    R10, $const_AndNot
	JEQ     andnot
	JHI     or
	AND
	JMP     next

andnot:
	ANDNOT
	JMP next

or:
	OR

next:
	ADDQ $Step__size, R8
	CMPQ R8, CX
	JNE  step

store:
	VMOVDQU64   Z0, (DI)(BX*1)
	VMOVDQU64   Z1, 64(DI)(BX*1)
	VMOVDQU64   Z2, 128(DI)(BX*1)
	VMOVDQU64   Z3, 192(DI)(BX*1)
	VMOVDQU64   Z4, 256(DI)(BX*1)
	VMOVDQU64   Z5, 320(DI)(BX*1)
	VMOVDQU64   Z6, 384(DI)(BX*1)
	VMOVDQU64   Z7, 448(DI)(BX*1)
	VPTERNLOGQ  $0xFE, Z0, Z1, Z8
	VPTERNLOGQ  $0xFE, Z2, Z3, Z8
	VPTERNLOGQ  $0xFE, Z4, Z5, Z8
	VPTERNLOGQ  $0xFE, Z6, Z7, Z8
	ADDQ        $512, BX
	CMPQ        BX, $8192
	JNE         tile
	VPTESTMQ    Z8, Z8, K1
	KMOVW       K1, AX
	MOVQ        AX, any+32(FP)
	VZEROUPPER
	RET

// func countSteps(x *Words, steps *Step, n int) (rows uint64)
TEXT ·countSteps(SB), NOSPLIT, $0-32
	MOVQ   x+0(FP), SI
	MOVQ   steps+8(FP), DX
	MOVQ   n+16(FP), CX
	IMULQ  $Step__size, CX
	ADDQ   DX, CX
	XORQ   BX, BX
	VPXORQ Z8, Z8, Z8
	VPXORQ Z9, Z9, Z9

tile:
	LOAD
	MOVQ DX, R8
	CMPQ R8, CX
	JEQ  count

step:
	MOVQ    Step_Rows(R8), R9
	MOVBLZX Step_Op(R8), R10
	ADDQ    BX, R9
	CMPL    R10, $const_AndNot
	JEQ     andnot
	JHI     or
	AND
	JMP     next

andnot:
	ANDNOT
	JMP next

or:
	OR

next:
	ADDQ $Step__size, R8
	CMPQ R8, CX
	JNE  step

count:
	VPOPCNTQ Z0, Z0
	VPOPCNTQ Z1, Z1
	VPOPCNTQ Z2, Z2
	VPOPCNTQ Z3, Z3
	VPOPCNTQ Z4, Z4
	VPOPCNTQ Z5, Z5
	VPOPCNTQ Z6, Z6
	VPOPCNTQ Z7, Z7
	VPADDQ   Z0, Z1, Z0
	VPADDQ   Z2, Z3, Z2
	VPADDQ   Z4, Z5, Z4
	VPADDQ   Z6, Z7, Z6
	VPADDQ   Z0, Z2, Z0
	VPADDQ   Z4, Z6, Z4
	VPADDQ   Z0, Z8, Z8
	VPADDQ   Z4, Z9, Z9
	ADDQ     $512, BX
	CMPQ     BX, $8192
	JNE      tile

	// The eight sums of eight bytes each become one.
	VPADDQ        Z8, Z9, Z8
	VEXTRACTI64X4 $1, Z8, Y9
	VPADDQ        Y8, Y9, Y8
	VEXTRACTI128  $1, Y8, X9
	VPADDQ        X8, X9, X8
	VPSRLDQ       $8, X8, X9
	VPADDQ        X8, X9, X8
	VMOVQ         X8, AX
	MOVQ          AX, rows+24(FP)
	VZEROUPPER
	RET
