# figure2-discrepancy: Figure 2, right: slices change the gradient by rounding only
# slim 0.1.0, commit 3258a181390f, GNU 12.2.0, flags -march=native -Wno-maybe-uninitialized -O1 -DNDEBUG -O3, on AMD EPYC × 2, 2026-11-26T22:51:21Z
# Run `gnuplot figure2-discrepancy.gp` in this folder: draws figure2-discrepancy.svg, .png and .pdf from figure2-discrepancy.tsv.
set encoding utf8
set datafile separator tab
set label 1 'Figure 2, right: slices change the gradient by rounding only' at screen 0.025, 0.952 left noenhanced font ',17'
set label 2 'vocabulary 256, batch 1, sqr features, norm on branch-output, float32, 2 threads' at screen 0.025, 0.899 left noenhanced font ',11' textcolor rgb '#555555'
set label 3 'FIGURE2/discrepancy: SUPPORTED, 3.571e-06 in [1.026e-06, 3.571e-06] (relative difference)' at screen 0.025, 0.863 left noenhanced font ',11' textcolor rgb '#00664a'
set key at screen 0.025, 0.835 left top maxrows 4 Left reverse noenhanced samplen 3.5 spacing 1.2 font ',13'
set lmargin at screen 0.18
set rmargin at screen 0.975
set bmargin at screen 0.15
set tmargin at screen 0.593
set border 3 linecolor rgb '#333333'
set grid xtics ytics linetype 1 linecolor rgb '#e6e6e6' linewidth 0.8
set errorbars 0.7
set logscale x 2
set logscale y 10
set xrange [0.6597539553864471:6208.375056426589]
set xlabel 'slice length C' noenhanced 
set xtics ('2^{0}' 1, '2^{2}' 4, '2^{4}' 16, '2^{6}' 64, '2^{8}' 256, '2^{10}' 1024, '2^{12}' 4096, '' 2 1, '' 8 1, '' 32 1, '' 128 1, '' 512 1, '' 2048 1) scale 0.6 nomirror
set yrange [2.9802322387695312e-08:1e-05]
set ylabel 'relative discrepancy' noenhanced offset 0.4, 0
set ytics ('10^{-7}' 1e-07, '10^{-6}' 1e-06, '10^{-5}' 1e-05, '' 2e-07 1, '' 3e-07 1, '' 4e-07 1, '' 5e-07 1, '' 6e-07 1, '' 7e-07 1, '' 8e-07 1, '' 9e-07 1, '' 2e-06 1, '' 3e-06 1, '' 4e-06 1, '' 4.9999999999999996e-06 1, '' 6e-06 1, '' 7e-06 1, '' 8e-06 1, '' 9e-06 1) scale 0.6 nomirror
set style line 100 linecolor rgb '#777777' linewidth 1.5 dashtype (2, 6)
set style line 1 linecolor rgb '#0072B2' linewidth 2 dashtype solid pointtype 7 pointsize 0.75
set style line 2 linecolor rgb '#E69F00' linewidth 2 dashtype solid pointtype 13 pointsize 0.75
set style line 3 linecolor rgb '#009E73' linewidth 2 dashtype solid pointtype 9 pointsize 0.75
set style line 4 linecolor rgb '#CC79A7' linewidth 2 dashtype solid pointtype 5 pointsize 0.75
set style line 5 linecolor rgb '#0072B2' linewidth 2 dashtype '-' pointtype 6 pointsize 0.75
set style line 6 linecolor rgb '#E69F00' linewidth 2 dashtype '-' pointtype 12 pointsize 0.75
set style line 7 linecolor rgb '#009E73' linewidth 2 dashtype '-' pointtype 8 pointsize 0.75
set style line 8 linecolor rgb '#CC79A7' linewidth 2 dashtype '-' pointtype 4 pointsize 0.75
set label 20 'roundoff of float32, 2^{−24}' at 6208.375056426589, 5.960464477539063e-08 right offset 0, 0.6 textcolor rgb '#555555'

set terminal svg size 600, 450 dynamic rounded background '#ffffff' font 'sans-serif,14'
set output 'figure2-discrepancy.svg'
plot sample [0.6597539553864471:6208.375056426589] 5.960464477539063e-08 * x**(0) with lines linestyle 100 notitle, \
     'figure2-discrepancy.tsv' index 1 using ($3*0.8039):5:6:7 with yerrorbars linestyle 1 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-discrepancy.tsv' index 2 using ($3*0.8556):5:6:7 with yerrorbars linestyle 2 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-discrepancy.tsv' index 3 using ($3*0.9107):5:6:7 with yerrorbars linestyle 3 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-discrepancy.tsv' index 4 using ($3*0.9693):5:6:7 with yerrorbars linestyle 4 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-discrepancy.tsv' index 5 using ($3*1.0317):5:6:7 with yerrorbars linestyle 5 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-discrepancy.tsv' index 6 using ($3*1.0981):5:6:7 with yerrorbars linestyle 6 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-discrepancy.tsv' index 7 using ($3*1.1688):5:6:7 with yerrorbars linestyle 7 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-discrepancy.tsv' index 8 using ($3*1.2440):5:6:7 with yerrorbars linestyle 8 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-discrepancy.tsv' index 1 using ($3*0.8039):5 with linespoints linestyle 1 title 'I (L = 8192), iterative', \
     'figure2-discrepancy.tsv' index 2 using ($3*0.8556):5 with linespoints linestyle 2 title 'II (L = 1024), iterative', \
     'figure2-discrepancy.tsv' index 3 using ($3*0.9107):5 with linespoints linestyle 3 title 'III (L = 4096), iterative', \
     'figure2-discrepancy.tsv' index 4 using ($3*0.9693):5 with linespoints linestyle 4 title 'IV (L = 16384), iterative', \
     'figure2-discrepancy.tsv' index 5 using ($3*1.0317):5 with linespoints linestyle 5 title 'I (L = 8192), explicit', \
     'figure2-discrepancy.tsv' index 6 using ($3*1.0981):5 with linespoints linestyle 6 title 'II (L = 1024), explicit', \
     'figure2-discrepancy.tsv' index 7 using ($3*1.1688):5 with linespoints linestyle 7 title 'III (L = 4096), explicit', \
     'figure2-discrepancy.tsv' index 8 using ($3*1.2440):5 with linespoints linestyle 8 title 'IV (L = 16384), explicit'

set terminal pngcairo size 1200, 900 rounded background '#ffffff' font 'sans-serif,14' fontscale 1.5 linewidth 2 pointscale 2.4
set output 'figure2-discrepancy.png'
replot

set terminal pdfcairo size 6in, 4.5in rounded font 'sans-serif,14' fontscale 0.5 linewidth 1.6 pointscale 1
set output 'figure2-discrepancy.pdf'
replot
set output
