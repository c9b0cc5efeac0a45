# figure2-discrepancy: Figure 2, right: discrepancy to the full pass over C
# slim 0.1.0, commit 3258a181390f, GNU 12.2.0, flags -march=native -Wno-maybe-uninitialized -O1 -DNDEBUG -O3, on AMD EPYC × 2, 2026-11-26T22:51:21Z
# Run `gnuplot figure2-discrepancy.gp` in this folder: draws figure2-discrepancy.svg, .png and .pdf from figure2-discrepancy.tsv.
set encoding utf8
set datafile separator tab
set label 1 'Figure 2, right: discrepancy to the full pass over C' at screen 0.025, 0.952 left noenhanced font ',17'
set label 2 'vocabulary 256, batch 1, sqr features, norm on branch-output, float32, 2 threads' at screen 0.025, 0.899 left noenhanced font ',11' textcolor rgb '#555555'
set key at screen 0.17, 0.871 left top maxrows 4 Left reverse noenhanced samplen 3.5 spacing 1.2 font ',13'
set lmargin at screen 0.18
set rmargin at screen 0.975
set bmargin at screen 0.15
set tmargin at screen 0.665
set border 3 linecolor rgb '#333333'
set grid xtics ytics linetype 1 linecolor rgb '#e6e6e6' linewidth 0.8
set errorbars 0.7
set logscale x 2
set logscale y 10
set xrange [0.6597539553864471:6208.375056426589]
set xlabel 'slice length C' noenhanced 
set xtics ('2^{0}' 1, '2^{2}' 4, '2^{4}' 16, '2^{6}' 64, '2^{8}' 256, '2^{10}' 1024, '2^{12}' 4096) scale 0.6 nomirror
set yrange [6.131103857373287e-08:1e-05]
set ylabel 'relative discrepancy of the gradient' noenhanced offset 0.4, 0
set ytics ('10^{-7}' 1e-07, '10^{-6}' 1e-06, '10^{-5}' 1e-05) scale 0.6 nomirror
set style line 100 linecolor rgb '#777777' linewidth 1.5 dashtype (2, 6)
set style line 1 linecolor rgb '#0072B2' linewidth 2 dashtype solid pointtype 7 pointsize 0.75
set style line 2 linecolor rgb '#5C3A1E' linewidth 2 dashtype '.' pointtype 15 pointsize 0.75
set style line 3 linecolor rgb '#8C8C8C' linewidth 2 dashtype '_.' pointtype 11 pointsize 0.75
set style line 4 linecolor rgb '#000000' linewidth 2 dashtype '-' pointtype 6 pointsize 0.75
set style line 5 linecolor rgb '#56B4E9' linewidth 2 dashtype solid pointtype 4 pointsize 0.75
set style line 6 linecolor rgb '#E69F00' linewidth 2 dashtype '..-' pointtype 13 pointsize 0.75
set style line 7 linecolor rgb '#CC79A7' linewidth 2 dashtype '_' pointtype 5 pointsize 0.75
set style line 8 linecolor rgb '#009E73' linewidth 2 dashtype '-.' pointtype 9 pointsize 0.75

set terminal svg size 600, 450 dynamic rounded background '#ffffff' font 'sans-serif,14'
set output 'figure2-discrepancy.svg'
plot 'figure2-discrepancy.tsv' index 1 using 3:($6 > 6.131103857373287e-08 ? $6 : 6.131103857373287e-08):7 with filledcurves linestyle 1 fillstyle transparent solid 0.18 noborder notitle, \
     'figure2-discrepancy.tsv' index 2 using 3:($6 > 6.131103857373287e-08 ? $6 : 6.131103857373287e-08):7 with filledcurves linestyle 2 fillstyle transparent solid 0.18 noborder notitle, \
     'figure2-discrepancy.tsv' index 3 using 3:($6 > 6.131103857373287e-08 ? $6 : 6.131103857373287e-08):7 with filledcurves linestyle 3 fillstyle transparent solid 0.18 noborder notitle, \
     'figure2-discrepancy.tsv' index 4 using 3:($6 > 6.131103857373287e-08 ? $6 : 6.131103857373287e-08):7 with filledcurves linestyle 4 fillstyle transparent solid 0.18 noborder notitle, \
     'figure2-discrepancy.tsv' index 5 using 3:($6 > 6.131103857373287e-08 ? $6 : 6.131103857373287e-08):7 with filledcurves linestyle 5 fillstyle transparent solid 0.18 noborder notitle, \
     'figure2-discrepancy.tsv' index 6 using 3:($6 > 6.131103857373287e-08 ? $6 : 6.131103857373287e-08):7 with filledcurves linestyle 6 fillstyle transparent solid 0.18 noborder notitle, \
     'figure2-discrepancy.tsv' index 7 using 3:($6 > 6.131103857373287e-08 ? $6 : 6.131103857373287e-08):7 with filledcurves linestyle 7 fillstyle transparent solid 0.18 noborder notitle, \
     'figure2-discrepancy.tsv' index 8 using 3:($6 > 6.131103857373287e-08 ? $6 : 6.131103857373287e-08):7 with filledcurves linestyle 8 fillstyle transparent solid 0.18 noborder notitle, \
     'figure2-discrepancy.tsv' index 1 using 3:5 with linespoints linestyle 1 title 'II (L = 1024), explicit', \
     'figure2-discrepancy.tsv' index 2 using 3:5 with linespoints linestyle 2 title 'II (L = 1024), iterative', \
     'figure2-discrepancy.tsv' index 3 using 3:5 with linespoints linestyle 3 title 'III (L = 4096), explicit', \
     'figure2-discrepancy.tsv' index 4 using 3:5 with linespoints linestyle 4 title 'III (L = 4096), iterative', \
     'figure2-discrepancy.tsv' index 5 using 3:5 with linespoints linestyle 5 title 'I (L = 8192), explicit', \
     'figure2-discrepancy.tsv' index 6 using 3:5 with linespoints linestyle 6 title 'I (L = 8192), iterative', \
     'figure2-discrepancy.tsv' index 7 using 3:5 with linespoints linestyle 7 title 'IV (L = 16384), explicit', \
     'figure2-discrepancy.tsv' index 8 using 3:5 with linespoints linestyle 8 title 'IV (L = 16384), iterative'

set terminal pngcairo size 1200, 900 rounded background '#ffffff' font 'sans-serif,14' fontscale 1.5 linewidth 2 pointscale 2.4
set output 'figure2-discrepancy.png'
replot

set terminal pdfcairo size 6in, 4.5in rounded font 'sans-serif,14' fontscale 0.5 linewidth 1.6 pointscale 1
set output 'figure2-discrepancy.pdf'
replot
set output
