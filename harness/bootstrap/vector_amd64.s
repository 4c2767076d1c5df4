//go:build !purego

#include "textflag.h"

// All loops run at least once: n is never 0.

// func sumPrefixes(prefix, weights *row, cluster, clips *uint32, n int)
TEXT ·sumPrefixes(SB), NOSPLIT, $0-40
	MOVQ prefix+0(FP), DI
	MOVQ weights+8(FP), BX
	MOVQ cluster+16(FP), SI
	MOVQ clips+24(FP), DX
	MOVQ n+32(FP), R9
	VPXOR Y0, Y0, Y0
	XORQ R10, R10

nextEntry:
	MOVL (SI)(R10*4), AX
	SHLQ $5, AX
	VPBROADCASTW (DX)(R10*4), Y1
	VPMULLW (BX)(AX*1), Y1, Y1
	VPADDW  Y1, Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ $32, DI
	INCQ R10
	CMPQ R10, R9
	JLT  nextEntry
	VZEROUPPER
	RET

// func sumClass(t *tally, weights, prefix, twice *row, movers *mover, class *int32, n int)
TEXT ·sumClass(SB), NOSPLIT, $0-56
	MOVQ t+0(FP), DI
	MOVQ weights+8(FP), BX
	MOVQ prefix+16(FP), R8
	MOVQ twice+24(FP), AX
	MOVQ movers+32(FP), DX
	MOVQ class+40(FP), SI
	MOVQ n+48(FP), R9
	VMOVDQU (AX), Y8
	VPXOR Y0, Y0, Y0 // the weights
	VPXOR Y1, Y1, Y1 // the a of lanes 0-3 and 8-11
	VPXOR Y2, Y2, Y2 // and of the others
	XORQ R10, R10

nextMover:
	MOVL (SI)(R10*4), AX
	LEAQ (AX)(AX*2), AX
	MOVL 0(DX)(AX*4), R11 // its cluster
	MOVL 4(DX)(AX*4), R12 // clips before
	MOVL 8(DX)(AX*4), R13 // and after
	SHLQ $5, R11
	SHLQ $5, R12
	SHLQ $5, R13
	VMOVDQU (BX)(R11*1), Y3
	VPSUBW  (R8)(R12*1), Y8, Y4
	VPSUBW  (R8)(R13*1), Y4, Y4
	VPADDW  Y3, Y0, Y0
	VPMULLW  Y3, Y4, Y5
	VPMULHUW Y3, Y4, Y6
	VPUNPCKLWD Y6, Y5, Y3
	VPUNPCKHWD Y6, Y5, Y4
	VPADDD Y3, Y1, Y1
	VPADDD Y4, Y2, Y2
	INCQ R10
	CMPQ R10, R9
	JLT  nextMover
	VPERM2I128 $0x20, Y2, Y1, Y3
	VPERM2I128 $0x31, Y2, Y1, Y4
	VMOVDQU Y0, 0(DI)
	VMOVDQU Y3, 32(DI)
	VMOVDQU Y4, 64(DI)
	VZEROUPPER
	RET

// func sumShares(t, classes *tally, shares *share, n int)
TEXT ·sumShares(SB), NOSPLIT, $0-32
	MOVQ t+0(FP), DI
	MOVQ classes+8(FP), BX
	MOVQ shares+16(FP), SI
	MOVQ n+24(FP), R9
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2

nextShare:
	MOVL 0(SI), AX // its class
	LEAQ (AX)(AX*2), AX
	SHLQ $5, AX
	VPBROADCASTW 4(SI), Y3
	VPBROADCASTD 4(SI), Y4
	VPMULLW 0(BX)(AX*1), Y3, Y3
	VPMULLD 32(BX)(AX*1), Y4, Y5
	VPMULLD 64(BX)(AX*1), Y4, Y6
	VPADDW Y3, Y0, Y0
	VPADDD Y5, Y1, Y1
	VPADDD Y6, Y2, Y2
	ADDQ $8, SI
	DECQ R9
	JNZ  nextShare
	VMOVDQU Y0, 0(DI)
	VMOVDQU Y1, 32(DI)
	VMOVDQU Y2, 64(DI)
	VZEROUPPER
	RET

// func accumulate(sums, first *row, weights *uint16, movers *stirring, gains *row, n int)
TEXT ·accumulate(SB), NOSPLIT, $0-48
	MOVQ sums+0(FP), DI
	MOVQ first+8(FP), R8
	MOVQ weights+16(FP), BX
	MOVQ movers+24(FP), SI
	MOVQ gains+32(FP), DX
	MOVQ n+40(FP), R9
	VMOVDQU (R8), Y0

nextStirring:
	MOVL 0(SI), AX // its cluster
	MOVL 4(SI), CX // whether it is the last of its point
	SHLQ $5, AX
	SHLQ $5, CX
	VPBROADCASTW (BX)(AX*1), Y1
	VPMULLW (DX), Y1, Y1
	VPADDW  Y1, Y0, Y0
	VMOVDQU Y0, (DI) // written over unless the last
	ADDQ CX, DI
	ADDQ $8, SI
	ADDQ $32, DX
	DECQ R9
	JNZ  nextStirring
	VZEROUPPER
	RET

// func arrivals(at, aims *[len(cptShares)]row, sums *row, n int)
TEXT ·arrivals(SB), NOSPLIT, $0-32
	MOVQ at+0(FP), DI
	MOVQ aims+8(FP), DX
	MOVQ sums+16(FP), SI
	MOVQ n+24(FP), R9
	VMOVDQU 0(DX), Y1
	VMOVDQU 32(DX), Y2
	VMOVDQU 64(DX), Y3
	VPXOR Y0, Y0, Y0 // the largest sum so far
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6

nextSum:
	VPMAXSW  (SI), Y0, Y0
	VPCMPGTW Y0, Y1, Y7 // -1 where the aim is larger still
	VPCMPGTW Y0, Y2, Y8
	VPCMPGTW Y0, Y3, Y9
	VPSUBW   Y7, Y4, Y4
	VPSUBW   Y8, Y5, Y5
	VPSUBW   Y9, Y6, Y6
	ADDQ $32, SI
	DECQ R9
	JNZ  nextSum
	VMOVDQU Y4, 0(DI)
	VMOVDQU Y5, 32(DI)
	VMOVDQU Y6, 64(DI)
	VZEROUPPER
	RET

// func passPoints(done *uint32, rate, prefix *uint16, points *point, n int)
TEXT ·passPoints(SB), NOSPLIT, $0-40
	MOVQ done+0(FP), DI
	MOVQ rate+8(FP), DX
	MOVQ prefix+16(FP), BX
	MOVQ points+24(FP), SI
	MOVQ n+32(FP), R9
	XORQ R10, R10

nextPoint:
	MOVL 4(SI)(R10*8), AX // its end
	SHLQ $5, AX
	MOVWLZX (BX)(AX*1), AX
	MOVWLZX (DX)(AX*2), AX
	INCQ R10
	MOVL R10, (DI)(AX*4)
	CMPQ R10, R9
	JLT  nextPoint
	RET

// func siftRates(hits *hit, sums *row, prefix *uint16, points *point, done *uint32, fine *int32, inverse *uint32, edges *edges, n int, total, margin uint16, lanes uint32) int
TEXT ·siftRates(SB), NOSPLIT, $0-88
	MOVQ hits+0(FP), DI
	MOVQ sums+8(FP), SI
	MOVQ prefix+16(FP), BX
	MOVQ points+24(FP), R8
	MOVQ done+32(FP), R15
	MOVQ fine+40(FP), R12
	MOVQ inverse+48(FP), R13
	MOVQ edges+56(FP), DX
	VPBROADCASTW total+72(FP), Y5
	VPBROADCASTW margin+74(FP), Y6
	VPCMPEQW Y7, Y7, Y7
	VPADDW   Y7, Y6, Y7 // one less: edges are rounded down
	VPCMPEQW Y9, Y9, Y9
	VPSLLW   $8, Y9, Y8 // the upper bytes
	XORQ R9, R9   // the points passed
	XORQ R10, R10 // the rate

nextRate:
	MOVL (R15)(R10*4), AX
	CMPL AX, R9
	CMOVLHI AX, R9
	MOVL R9, (R15)(R10*4)

	// The part of the next point that the rate defers.
	MOVL 0(R8)(R9*8), AX
	MOVL 4(R8)(R9*8), CX
	SHLQ $5, AX
	SHLQ $5, CX
	MOVWLZX (BX)(AX*1), AX
	MOVWLZX (BX)(CX*1), CX
	SUBL AX, CX
	MOVL AX, 8(DI)
	MOVL CX, 12(DI)
	SHLL $10, AX
	MOVL (R12)(R10*4), R11
	SUBL AX, R11
	MOVL $0, AX
	CMOVLLT AX, R11
	MOVL (R13)(CX*4), CX
	IMULQ CX, R11
	SHRQ $26, R11
	MOVQ R11, X2
	VPBROADCASTW X2, Y2

	// The sums at the rate, to the nearest unit, against the edges.
	MOVQ R9, AX
	SHLQ $5, AX
	VMOVDQU   (SI)(AX*1), Y0
	VMOVDQU   32(SI)(AX*1), Y1
	VPSUBW    Y0, Y1, Y1
	VPMULHRSW Y2, Y1, Y1
	VPADDW    Y1, Y0, Y0
	VPMULHUW  0(DX), Y5, Y3
	VPMULHUW  32(DX), Y5, Y4
	VPSUBW    Y6, Y0, Y1
	VPADDW    Y7, Y0, Y2
	VPCMPGTW  Y3, Y1, Y3 // above the low tail
	VPCMPGTW  Y2, Y4, Y4 // below the high one
	VPBLENDVB Y8, Y4, Y3, Y3 // a byte each
	VPMOVMSKB Y3, CX
	NOTL CX
	MOVL R10, 0(DI)
	LEAQ 16(DI), AX
	ANDL lanes+76(FP), CX
	MOVL CX, 4(DI)
	CMOVQNE AX, DI // written over if there are none
	ADDQ $64, DX
	INCQ R10
	CMPQ R10, n+64(FP)
	JLT  nextRate
	VZEROUPPER
	SUBQ hits+0(FP), DI
	SHRQ $4, DI
	MOVQ DI, ret+80(FP)
	RET
